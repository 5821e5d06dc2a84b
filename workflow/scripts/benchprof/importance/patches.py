"""Patches: by how much a margin would fall if a unit were as on the item's flip, to first order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from benchprof.importance.alignment import differing_places
from benchprof.importance.attributions import Attributions, gradients_seen, weights_frozen
from benchprof.importance.checkpointing import checkpointed
from benchprof.importance.choices import context_length, shared_text_losses, shares_contexts
from benchprof.importance.example import Example
from benchprof.importance.gradients import batches_of, kept_tokens
from benchprof.importance.loss import NonFiniteLossError, text_losses
from benchprof.importance.memory import Memory
from benchprof.models.inputs import inputs_seen
from benchprof.models.units import Projection


@dataclass(frozen=True)
class Compared:
    """Tokens of some texts and of their flips, pair by pair; each of shape (pairs,).

    Attributes:
        texts: which text it is.
        places: of the token in the text.
        partners: of its counterpart in the flip's text.
    """

    texts: torch.Tensor
    places: torch.Tensor
    partners: torch.Tensor

    @classmethod
    def of(cls, texts: Sequence[Example], flips: Sequence[Example]) -> Compared:
        """The tokens of texts and of as many flips."""
        every = [
            (number, *pair)
            for number, (text, flip) in enumerate(zip(texts, flips, strict=True))
            for pair in differing_places(text.ids.tolist(), flip.ids.tolist())
        ]
        return cls(*torch.tensor(every, dtype=torch.long).reshape(-1, 3).unbind(dim=1))


def patch_attributions(
    model: nn.Module,
    projections: Mapping[str, Projection],
    examples: Sequence[Example],
    memory: Memory,
) -> Iterator[tuple[int, Attributions]]:
    """Each example's attributions toward its flip, by its index, as `unit_attributions` gives them.

    Σ (a - a') · ∂m/∂a over the unit's features and over all tokens of the example's two texts, in
    nats, where m = log p(right option) - log p(the flip's) on the item, and a' is the activation
    on the flip at the token that `differing_places` pairs with a's: to first order the fall of m
    when the unit is as on the flip (attribution patching: Nanda 2023; Syed et al.,
    arXiv:2310.10348; Kramár et al., arXiv:2403.00745). Positive where the unit carries what tells
    the item from its flip. Both options are read after the flip as well, whose activations are
    kept for one pass, at the paired tokens alone.

    Args:
        model: in evaluation mode; left as found.
        projections: whose units are attributed.
        examples: at least one, each with its flip.
        memory: bounds of a pass.

    Raises:
        NonFiniteLossError: a margin is infinite or not a number.
    """
    with weights_frozen(model):
        for batch in batches_of(model, examples, memory.most_tokens):
            found = _attributed(model, projections, examples, batch, memory)
            for place, index in enumerate(batch):
                yield index, {name: own[place].clone() for name, own in found.items()}


def _attributed(
    model: nn.Module,
    projections: Mapping[str, Projection],
    examples: Sequence[Example],
    batch: Sequence[int],
    memory: Memory,
) -> dict[str, torch.Tensor]:
    """Of one pass: a row for each of its examples, by projection."""
    own = [examples[index] for index in batch]
    texts = [text for example in own for text in example.texts]
    flips = [text for example in own if example.flip for text in example.flip.texts]
    compared = Compared.of(texts, flips)
    on_flips = _inputs_at(model, projections, flips, compared)
    share = shares_contexts(model, own)
    long = len(own) * max(kept_tokens(example, share) for example in own) > memory.most_tokens
    share = share and not long
    found = {name: torch.zeros(len(own), p.units) for name, p in projections.items()}

    def add(name: str, rows: int, activations: torch.Tensor, gradients: torch.Tensor) -> None:
        of = projections[name]
        activations, gradients = (
            tensor.reshape(rows, -1, of.units * of.width) for tensor in (activations, gradients)
        )
        # A row is a text, or the context that the texts of an example share.
        each = len(texts) // rows
        first = context_length(own[0]) if share and each == 1 else 0
        places = compared.places - first
        here = (compared.texts % each == 0) & (places >= 0) & (places < activations.shape[1])
        at = compared.texts[here] // each, places[here]
        products = (activations[at].float() - on_flips[name][here].float()) * gradients[at]
        by_unit = products.reshape(-1, of.units, of.width).sum(dim=2, dtype=torch.float32).cpu()
        found[name].index_add_(0, compared.texts[here] // 2, by_unit)

    with (
        gradients_seen(model, projections, add),
        checkpointed(model) if long else contextlib.nullcontext(),
    ):
        margins = _margins(model, own, share)
        for index, margin in zip(batch, margins.tolist(), strict=True):
            if not abs(margin) < float("inf"):
                raise NonFiniteLossError(index, margin)
        margins.sum().backward()
    return found


def _inputs_at(
    model: nn.Module,
    projections: Mapping[str, Projection],
    flips: Sequence[Example],
    compared: Compared,
) -> dict[str, torch.Tensor]:
    """What projections read at the compared tokens of the flips' texts, (pairs, features) each."""
    kept: dict[str, torch.Tensor] = {}

    def keep(name: str, inputs: torch.Tensor) -> None:
        own = projections[name]
        by_token = inputs.reshape(len(flips), -1, own.units * own.width)
        kept[name] = by_token[compared.texts, compared.partners]

    ids = pad_sequence([flip.ids for flip in flips], batch_first=True)
    device = next(model.parameters()).device
    with torch.no_grad(), inputs_seen(model, projections, keep):
        model(input_ids=ids.to(device), use_cache=False, logits_to_keep=[0])
    return kept


def _margins(model: nn.Module, examples: Sequence[Example], share: bool) -> torch.Tensor:
    """log p(right option) - log p(the other) of each example, float32, of shape (examples,)."""
    if share:
        nats = shared_text_losses(model, examples)
    else:
        nats = text_losses(model, [text for example in examples for text in example.texts])
    right, other = nats.view(-1, 2).unbind(dim=1)
    return other - right
