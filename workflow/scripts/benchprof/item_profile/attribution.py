"""The attributions of the items of several sets, each put into the store where it is lacking."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from benchprof.errors import InputError
from benchprof.importance.attribution_scores import keep_attributions
from benchprof.importance.example import Example, Question, render_question
from benchprof.importance.faults import context_of
from benchprof.models.architecture import architecture_of
from benchprof.models.loading import load_tokenizer
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.models.units import entry_counts
from benchprof.store import Store

logger = logging.getLogger(__name__)
NEURONS = Scope("mlp", None, "neuron")
"""What is read of attributions, whatever unit and scope a run has."""


@dataclass(frozen=True)
class Attributing:
    """With which model items are attributed, and where.

    Attributes:
        model: the prepared model.
        folder: of the results that the store notes to use its entries.
        store: of the attributions.
    """

    model: PreparedModel
    folder: Path
    store: Store

    @property
    def neurons(self) -> list[str]:
        """The names of the projections whose neurons count.

        Raises:
            InputError: the model has no MLP of neurons, as where every MLP is of experts.
        """
        try:
            return list(entry_counts(architecture_of(self.model.folder), NEURONS))
        except InputError as error:
            remedy = "Set `item_profile: false`."
            raise InputError(self.model.folder, f"{error}", "neurons in MLPs", remedy) from None

    def rendered(self, sets: Mapping[str, Sequence[Question]]) -> dict[str, list[Example | None]]:
        """The questions of each set as examples; None for one that the model has no room for.

        Raises:
            InputError: the template changes an answer, or a set has no question that fits.
        """
        tokenizer, longest = load_tokenizer(self.model.folder), context_of(self.model.folder)
        rendered: dict[str, list[Example | None]] = {}
        for name, questions in sets.items():
            every = [example_of(own, tokenizer) for own in questions]
            fits = [longest is None or own.longest <= longest for own in every]
            if not any(fits):
                found = f"no item fits into the model's context of {longest} tokens"
                raise InputError(name, found, "at least one that does")
            if left := fits.count(False):
                logger.warning("%s: %d items left out, longer than %s tokens", name, left, longest)
            rendered[name] = [own if fit else None for own, fit in zip(every, fits, strict=True)]
        return rendered

    def kept(self, named: Mapping[str, tuple[str, Example]]) -> dict[str, Path]:
        """The entry of each example's attributions, by the example's digest.

        Args:
            named: examples by their digests, each with a name for messages.

        Raises:
            InputError: a loss or an attribution is not finite.
        """
        return keep_attributions(self.model, named, self.folder, self.store)


def example_of(question: Question, tokenizer: PreTrainedTokenizerBase) -> Example:
    """A question with options for the option cross-entropy, another one for its answer's loss."""
    loss_on = "option_cross_entropy" if len(question.options) > 1 else "answer"
    return render_question(question, tokenizer, loss_on)
