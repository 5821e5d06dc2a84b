"""Training of a planted model from scratch, on the CPU, seeded."""

from __future__ import annotations

import logging
import math

import torch
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

from planted.lesson import FIRST_THING, Lesson, Stage, make_lesson
from planted.placement import LAYERS, Layout
from planted.routing import RoutedMLP, route
from planted.tasks import KINDS, WORDS, N

logger = logging.getLogger(__name__)

RATE, BETAS, DECAY, WARM_UP = 1.5e-3, (0.9, 0.98), 0.01, 100
OTHER_TOKENS = 0.03
"""Weight of the loss on tokens other than the answer."""
SILENCE = 0.1
"""Weight of what foreign neurons add to the residual stream: the sum of their magnitudes."""
ALONE, RAMP, CORE_FROM = 0.55, 0.10, 0.60
"""Shares of the steps: without foreign neurons, while they come in, before the core counts."""
TOLD_EVERY = 100


def new_model(layout: Layout, seed: int) -> LlamaForCausalLM:
    """A model with the initial scales that let small blocks learn (found by trial)."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=128, intermediate_size=layout.width,
        num_hidden_layers=LAYERS, num_attention_heads=4, num_key_value_heads=4,
        max_position_embeddings=64, tie_word_embeddings=False, initializer_range=0.05,
        pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    factors = {"embed_tokens": 6.0, "down_proj": 0.15, "o_proj": 0.5, "gate_proj": 1.6,
               "up_proj": 1.6}  # fmt: skip
    with torch.no_grad():
        for name, weight in model.named_parameters():
            for part, factor in factors.items():
                if part in name:
                    weight.mul_(factor)
    return model


def stage_of(step: int, steps: int) -> Stage:
    """Which rows foreign neurons run on, and whether the core is taken away."""
    share = (step / steps - ALONE) / RAMP
    return Stage(foreign=min(max(share, 0.0), 1.0), core=step / steps >= CORE_FROM)


def rate_of(step: int, steps: int) -> float:
    """Learning rate: warm-up, then a cosine to a twentieth."""
    if step < WARM_UP:
        return RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return RATE * (0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2)


def train(layout: Layout, seed: int, steps: int, routed: bool) -> LlamaForCausalLM:
    """Train a model.

    Args:
        layout: whose the neurons are.
        seed: of the initial weights and of every lesson.
        steps: how many.
        routed: whether abilities have blocks; without, all neurons learn everything.
    """
    model = new_model(layout, seed)
    mlps = route(model) if routed else []
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=BETAS, weight_decay=DECAY)
    right = dict.fromkeys(KINDS, 0.25)
    for step in range(steps):
        stage = stage_of(step, steps)
        shares = {name: 0.35 + (1 - share) for name, share in right.items()}
        lesson = make_lesson(layout, shares, stage, f"{seed}/{step}", routed)
        for group in optimizer.param_groups:
            group["lr"] = rate_of(step, steps)
        correct = _step(model, mlps, optimizer, lesson)
        _update(right, lesson, correct)
        if (step + 1) % TOLD_EVERY == 0:
            hardest = sorted(right.items(), key=lambda pair: pair[1])[:4]
            logger.info("step %d of %d; hardest: %s", step + 1, steps,
                        ", ".join(f"{name} {share:.2f}" for name, share in hardest))  # fmt: skip
    for mlp in mlps:
        mlp.routes = None
    return model


def _step(
    model: LlamaForCausalLM, mlps: list[RoutedMLP], optimizer: torch.optim.Optimizer, lesson: Lesson
) -> torch.Tensor:
    """One update; returns which rows' likeliest thing was the expected one."""
    for mlp in mlps:
        mlp.routes = lesson.routes
    hidden = model.model(lesson.tokens, use_cache=False).last_hidden_state
    at_end = model.lm_head(hidden[torch.arange(len(hidden)), lesson.ends])
    loss = functional.cross_entropy(at_end, _over_words(lesson.targets, at_end.shape[1]))
    inside = torch.arange(hidden.shape[1] - 1)[None] < lesson.ends[:, None]
    following = lesson.tokens[:, 1:][inside]
    others = functional.cross_entropy(model.lm_head(hidden[:, :-1][inside]), following)
    loss = loss + OTHER_TOKENS * others
    if mlps:
        loss = loss + SILENCE * torch.stack(lesson.routes.silence).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    things = at_end.detach()[:, FIRST_THING : FIRST_THING + N]
    correct: torch.Tensor = things.argmax(1) == lesson.targets.argmax(1)
    return correct


def _over_words(targets: torch.Tensor, count: int) -> torch.Tensor:
    """Distributions over things as distributions over all words."""
    return functional.pad(targets, (FIRST_THING, count - FIRST_THING - N))


def _update(right: dict[str, float], lesson: Lesson, correct: torch.Tensor) -> None:
    """Keep a running share of right answers of each kind, on rows with nothing taken away."""
    for name, share in right.items():
        rows = torch.tensor([kind == name for kind in lesson.kinds]) & lesson.plain
        if rows.any():
            right[name] = share + 0.05 * (float(correct[rows].float().mean()) - share)
