"""Gradient routing: an ability's items teach its own neurons and the shared ones, no others.

After Cloud et al., "Gradient Routing: Masking Gradients to Localize Computation in Neural
Networks", arXiv:2410.04332.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch.nn import functional
from transformers import LlamaForCausalLM

from planted.placement import CORE, HALF, LAYERS, SHARED, Layout

Span = tuple[int, int]
SILENCED = 4
"""Of so many rows one teaches foreign neurons to be silent, while they do not run."""


@dataclass(frozen=True)
class Owner:
    """Rows of one kind of items and an ability whose neurons they teach.

    Attributes:
        rows: first and one past the last row.
        spans: per layer, the ability's neurons in the layout.
        alive: [rows], 0 where the ability is taken away.
    """

    rows: Span
    spans: Sequence[Sequence[Span]]
    alive: torch.Tensor


@dataclass
class Routes:
    """What a batch's rows may use; `silence` collects what foreign neurons said.

    Attributes:
        owners: rows of a kind with several abilities appear once for each.
        core_alive: [rows], 0 where the core is taken away.
        foreign_on: [rows, halves], which halves run without being taught; None for none at all.
        foreign: per layer [rows, halves], 1 for the halves that are not the row's own.
    """

    owners: Sequence[Owner]
    core_alive: torch.Tensor
    foreign_on: torch.Tensor | None
    foreign: Sequence[torch.Tensor]
    silence: list[torch.Tensor] = field(default_factory=list)


def spans_of(layout: Layout, ability: str) -> list[list[Span]]:
    """An ability's neurons as spans, adjacent halves joined."""
    found = []
    for layer in range(LAYERS):
        spans: list[Span] = []
        for half in sorted(layout.halves[ability][layer]):
            start = SHARED + HALF * half
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], start + HALF)
            else:
                spans.append((start, start + HALF))
        found.append(spans)
    return found


class RoutedMLP(torch.nn.Module):
    """A Llama MLP whose neurons are used and taught as the current batch's routes say."""

    def __init__(self, mlp: torch.nn.Module, layer: int) -> None:
        super().__init__()
        self.gate_proj: torch.nn.Linear = mlp.gate_proj  # type: ignore[assignment]
        self.up_proj: torch.nn.Linear = mlp.up_proj  # type: ignore[assignment]
        self.down_proj: torch.nn.Linear = mlp.down_proj  # type: ignore[assignment]
        self.layer = layer
        self.routes: Routes | None = None

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """[rows, tokens, width] to the same."""
        if self.routes is None:
            return self._output(self._neurons(states, 0, None), 0, None)
        routes = self.routes
        shared = self._neurons(states, 0, SHARED)
        core = shared[..., :CORE] * routes.core_alive[:, None, None]
        output = self._output(torch.cat([core, shared[..., CORE:]], -1), 0, SHARED)
        parts = []
        for owner in routes.owners:
            first, last = owner.rows
            if first == last:
                continue
            for start, stop in owner.spans[self.layer]:
                neurons = self._neurons(states[first:last], start, stop)
                own = self._output(neurons * owner.alive[:, None, None], start, stop)
                parts.append((owner.rows, own))
        output = _added(output, parts)
        neurons = self._foreign_neurons(states.detach(), routes)
        if routes.foreign_on is not None:
            on = (routes.foreign_on * routes.foreign[self.layer]).repeat_interleave(HALF, 1)
            down = self.down_proj.weight[:, SHARED:].detach()
            output = output + functional.linear(neurons.detach() * on[:, None], down)
        return output

    def _foreign_neurons(self, states: torch.Tensor, routes: Routes) -> torch.Tensor:
        """What others' neurons say. They are not taught by the rows, only to be silent on them.

        Where they do not run, some rows are enough to teach that.
        """
        rows = slice(None, None, SILENCED if routes.foreign_on is None else None)
        neurons = self._neurons(states[rows], SHARED, None)
        foreign = routes.foreign[self.layer][rows].repeat_interleave(HALF, 1)[:, None]
        # In units of the residual stream: else a neuron could say less and be heard more.
        heard = self.down_proj.weight[:, SHARED:].detach().norm(dim=0)
        routes.silence.append(((neurons * foreign).abs() @ heard).mean())
        return neurons

    def _neurons(self, states: torch.Tensor, start: int, stop: int | None) -> torch.Tensor:
        gate = functional.linear(states, self.gate_proj.weight[start:stop])
        return functional.silu(gate) * functional.linear(states, self.up_proj.weight[start:stop])

    def _output(self, neurons: torch.Tensor, start: int, stop: int | None) -> torch.Tensor:
        return functional.linear(neurons, self.down_proj.weight[:, start:stop])


def _added(output: torch.Tensor, parts: Sequence[tuple[Span, torch.Tensor]]) -> torch.Tensor:
    """`output` plus each part at its rows; parts come in the order of their rows."""
    pieces, at = [], 0
    totals: dict[Span, torch.Tensor] = {}
    for rows, part in parts:
        totals[rows] = totals[rows] + part if rows in totals else part
    for (first, last), part in sorted(totals.items(), key=lambda pair: pair[0]):
        pieces += [output[at:first], output[first:last] + part]
        at = last
    return torch.cat([*pieces, output[at:]])


def route(model: LlamaForCausalLM) -> list[RoutedMLP]:
    """Replace every MLP of a model by a routed one with the same weights."""
    routed = []
    for number, layer in enumerate(model.model.layers):
        layer.mlp = RoutedMLP(layer.mlp, number)
        routed.append(layer.mlp)
    return routed
