"""Learn which neurons each ability needs, and print them as the selection `listed`.

python docs/learned_gates.py MODEL ABILITY... [--items FOLDER] [--off 500] [--steps 120] [--seed 0]

MODEL is a prepared model's folder. Each neuron has a gate, which is open with the probability
sigmoid(theta) and drawn once a step; gradients go straight through (Bengio et al.,
arXiv:1308.3432). A step lowers the lead of the right option on own train items and their
counterfactuals, and keeps what the intact model says of other abilities' items, of own
uninformative items and of a neutral text. The neurons whose gates are most closed are listed
(docs/explanation/masks.md).
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
import yaml
from torch import nn
from torch.nn.functional import kl_div, log_softmax

from benchprof.abilities.item import CONTROL_ITEMS, Item, control_item_of, read_items
from benchprof.data import NEUTRAL_TEXT
from benchprof.importance.attributions import weights_frozen
from benchprof.importance.choices import shared_text_losses, shares_contexts
from benchprof.importance.example import Example, render_example
from benchprof.importance.loss import counted_logits, text_losses
from benchprof.models.allocation import keep_freed_memory
from benchprof.models.anatomy import owner_of
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.prepared import PreparedModel
from benchprof.models.units import unit_projections

COUNTERFACTUAL, UNINFORMATIVE = CONTROL_ITEMS
SUPPRESSED, KEPT, UNINFORMED, NEUTRAL = 1.5, 2.0, 1.0, 1.0
"""Weights of the four losses."""
REOPENED, LARGEST = 0.02, 6.0
"""By how much a gate opens each step where no loss moves it, and theta's largest absolute value."""


@dataclass(frozen=True)
class Settings:
    """How gates are learned.

    Attributes:
        steps: of learning.
        start: theta of each gate before.
        rate: of Adam.
        own: own items that a step reads.
        others: items of other abilities that it reads.
        uninformative: own uninformative items that it reads.
        neutral: tokens of the neutral text that it reads.
        seed: of all that is drawn.
    """

    steps: int = 120
    start: float = 3.0
    rate: float = 0.2
    own: int = 8
    others: int = 12
    uninformative: int = 3
    neutral: int = 120
    seed: int = 0


@dataclass
class Gates:
    """A gate for each neuron, by the projection that reads it; drawn open or closed.

    Attributes:
        model: whose neurons they are.
        theta: log-odds that a gate is open, float32 of shape (units,).
        drawn: 1 where a gate is open, else 0; float32, with the gradient of the losses.
    """

    model: nn.Module
    theta: dict[str, torch.Tensor]
    drawn: dict[str, torch.Tensor] = field(default_factory=dict)
    moments: dict[str, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)

    @contextlib.contextmanager
    def applied(self, generator: torch.Generator) -> Iterator[None]:
        """Draw all gates, and let the model's neurons pass through them inside the block."""
        self.drawn = {
            name: torch.bernoulli(own.sigmoid(), generator=generator).requires_grad_()
            for name, own in self.theta.items()
        }
        handles = [
            owner_of(self.model, name).register_forward_pre_hook(
                lambda _, inputs, gate=gate: (inputs[0] * gate.to(inputs[0]),)
            )
            for name, gate in self.drawn.items()
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def step(self, number: int, rate: float) -> None:
        """Move each gate against its gradient: Adam, damped by the median gradient's size."""
        sizes = []
        for name, gate in self.drawn.items():
            gradient = gate.grad if gate.grad is not None else torch.zeros_like(gate)
            mean, square = self.moments.get(name, (torch.zeros_like(gradient),) * 2)
            mean, square = mean.lerp(gradient, 0.1), square.lerp(gradient**2, 0.01)
            self.moments[name] = mean, square
            sizes.append((square / (1 - 0.99**number)).sqrt())
        damping = torch.cat(sizes).median()
        for (name, (mean, _)), size in zip(self.moments.items(), sizes, strict=True):
            moved = rate * mean / (1 - 0.9**number) / (size + damping)
            self.theta[name] = (self.theta[name] - moved + REOPENED).clamp(-LARGEST, LARGEST)


def option_log_shares(model: nn.Module, examples: Sequence[Example]) -> list[torch.Tensor]:
    """The log of each option's share of the options' probability, the right option's first."""
    # One by one: logits of a batch are those of every place where any of its texts counts.
    losses = [
        shared_text_losses(model, [e])
        if shares_contexts(model, [e])
        else text_losses(model, e.texts)
        for e in examples
    ]
    return [log_softmax(-own, 0) for own in losses]


def learn(
    model: nn.Module,
    own: Sequence[Example],
    uninformative: Sequence[Example],
    others: Sequence[Example],
    opening: torch.Tensor,
    neutral: torch.Tensor,
    settings: Settings,
) -> dict[str, torch.Tensor]:
    """Theta of each neuron's gate after learning, float32 of shape (units,), by projection.

    Args:
        model: in evaluation mode; left as found.
        own: items whose right option's lead is to go.
        uninformative: items whose options' shares are to stay.
        others: the same, of other abilities.
        opening: tokens that every text begins with.
        neutral: tokens of a text whose predictions are to stay, without the opening.
        settings: how.
    """
    projections = unit_projections(model, "neuron")
    gates = Gates(
        model, {n: torch.full((p.units,), settings.start) for n, p in projections.items()}
    )
    draw, generator = random.Random(settings.seed), torch.Generator().manual_seed(settings.seed)
    intact: dict[str, torch.Tensor] = {}

    def divergence(examples: Sequence[Example]) -> torch.Tensor:
        shares = option_log_shares(model, examples)
        moved = [
            kl_div(now, intact[e.digest], reduction="sum", log_target=True)
            for now, e in zip(shares, examples, strict=True)
        ]
        return torch.stack(moved).mean()

    for number in range(1, settings.steps + 1):
        batch = draw.sample(own, settings.own)
        kept = draw.sample(others, settings.others)
        unmoved = draw.sample(uninformative, min(settings.uninformative, len(uninformative)))
        text = []
        if settings.neutral:
            first = draw.randrange(len(neutral) - settings.neutral)
            ids = torch.cat([opening, neutral[first : first + settings.neutral]])
            text = [Example(ids, torch.arange(len(ids)) > 0)]
        with torch.no_grad():
            new = [e for e in (*kept, *unmoved) if e.digest not in intact]
            if new:
                shares = option_log_shares(model, new)
                intact |= {e.digest: s for e, s in zip(new, shares, strict=True)}
            before = [log_softmax(counted_logits(model, [t])[0].float(), -1) for t in text]
        with weights_frozen(model), gates.applied(generator):
            leads = [s[0] - s[1:].mean() for s in option_log_shares(model, batch)]
            lead = torch.stack(leads).relu().mean()
            (SUPPRESSED * lead).backward()
            (KEPT * divergence(kept)).backward()
            if unmoved:
                (UNINFORMED * divergence(unmoved)).backward()
            for own_text, was in zip(text, before, strict=True):
                now = log_softmax(counted_logits(model, [own_text])[0].float(), -1)
                (NEUTRAL * kl_div(now, was, reduction="batchmean", log_target=True)).backward()
        gates.step(number, settings.rate)
        closed = sum(int((own < 0).sum()) for own in gates.theta.values())
        logging.info("step %d: lead %.3f nats, %d gates closed", number, lead.item(), closed)
    return gates.theta


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of a prepared model")
    parser.add_argument("abilities", nargs="+", help="whose neurons are learned")
    parser.add_argument("--items", type=Path, default=Path("resources/abilities/v3"))
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--off", type=int, default=500, help="neurons that are listed")
    for name, default in vars(Settings()).items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    model = load_model(PreparedModel(options.model, options.dtype))
    keep_freed_memory(model.device)
    speed_up_gradients(model)
    tokenizer = load_tokenizer(options.model)
    tokenizer.chat_template = None
    opening, neutral = (
        torch.tensor(tokenizer(text)["input_ids"], dtype=torch.long)
        for text in ("", NEUTRAL_TEXT.read_text(encoding="utf-8"))
    )
    settings = Settings(**{name: getattr(options, name) for name in vars(Settings())})

    def read(items: Sequence[Item]) -> list[Example]:
        return [render_example(item, tokenizer, "option_cross_entropy") for item in items]

    items = {
        file.parent.name: read_items(file) for file in sorted(options.items.glob("*/train.jsonl"))
    }
    if unknown := set(options.abilities) - set(items):
        parser.error(
            f"{', '.join(sorted(unknown))}: not in {options.items}, which has {', '.join(items)}"
        )
    listed = {}
    for ability in options.abilities:
        logging.info("%s", ability)
        versions = {
            kind: [control_item_of(i, kind) for i in items[ability] if kind in i.control_items]
            for kind in CONTROL_ITEMS
        }
        theta = learn(
            model,
            read([*items[ability], *versions[COUNTERFACTUAL]]),
            read(versions[UNINFORMATIVE]),
            read([item for name, own in items.items() if name != ability for item in own]),
            opening,
            neutral[len(opening) :],
            settings,
        )
        listed[ability] = most_closed(theta, options.off)
    selections = {"selections": {"listed": listed}, "mask_fractions": ["listed"]}
    yaml.safe_dump(selections, sys.stdout, default_flow_style=None, width=100)


def most_closed(theta: dict[str, torch.Tensor], number: int) -> dict[int, list[int]]:
    """The neurons with the lowest theta, by decoder layer."""
    units = [(float(own[u]), name, u) for name, own in theta.items() for u in range(len(own))]
    by_layer: dict[int, list[int]] = defaultdict(list)
    for _, name, unit in sorted(units)[:number]:
        (layer,) = (int(part) for part in name.split(".") if part.isdecimal())
        by_layer[layer].append(unit)
    return {layer: sorted(own) for layer, own in sorted(by_layer.items())}


if __name__ == "__main__":
    main()
