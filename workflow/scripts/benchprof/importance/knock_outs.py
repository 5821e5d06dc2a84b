"""Knock-outs: the losses of examples with a group of units at zero."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.loss import NonFiniteLossError, mean_or_choice
from benchprof.models.ablation import ablated, in_weights
from benchprof.models.mask import Mask
from benchprof.scoring.encoder import Pair
from benchprof.scoring.scorer import TreeScorer

INTACT = Mask({}, {})
"""The group of no units."""


class Reading:
    """Examples made ready to be read under many edits of a model's weights.

    What texts have in common is read once, and many texts share a pass. This is much faster, since
    a processor reads every weight once in every pass.
    """

    def __init__(self, scorer: TreeScorer, examples: Sequence[Example]) -> None:
        """Plan the passes.

        Args:
            scorer: of the model; no text is longer than it takes.
            examples: at least one.
        """
        self.scorer, self.examples = scorer, examples
        texts = [text for example in examples for text in example.texts]
        self._prepared = scorer.prepare_tokens([_counted_last(text) for text in texts])

    def losses(self) -> torch.Tensor:
        """L(x) of each example in nats with the weights as they are now, float32 on the CPU.

        Raises:
            NonFiniteLossError: a loss is infinite or not a number.
        """
        losses = self._losses()
        if not bool(losses.isfinite().all()):
            raise self._fault(losses)
        return losses

    def _losses(self) -> torch.Tensor:
        nats = torch.tensor([-total for total, _ in self.scorer.score(self._prepared)])
        return mean_or_choice(nats, self.examples)

    def _fault(self, losses: torch.Tensor) -> NonFiniteLossError:
        """The first example that has no finite loss alone: one spoils all that share its pass."""
        for index, example in enumerate(self.examples):
            loss = float(Reading(self.scorer, [example])._losses())
            if not math.isfinite(loss):
                return NonFiniteLossError(index, loss)
        index = int((~losses.isfinite()).nonzero()[0])
        return NonFiniteLossError(index, float(losses[index]))


def losses_without(
    weights: Mapping[str, nn.Parameter], group: Mask, reading: Reading
) -> torch.Tensor:
    """L(x) of each example in nats with the units of a group at zero, float32 on the CPU.

    Args:
        weights: at least those that read the group's units, by name; left as found, bit by bit.
        group: numbers of units.
        reading: of the examples, by the model whose weights they are.

    Raises:
        NonFiniteLossError: a loss is infinite or not a number.
    """
    with ablated(weights, in_weights(reading.scorer.model, group), "zero"):
        return reading.losses()


def _counted_last(text: Example) -> Pair:
    """The tokens before the counted ones, and the counted ones, which are consecutive."""
    (places,) = text.counted.nonzero(as_tuple=True)
    first, end = int(places[0]), int(places[-1]) + 1
    assert end - first == len(places)
    ids = text.ids.tolist()
    return ids[:first], ids[first:end]
