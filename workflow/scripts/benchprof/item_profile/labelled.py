"""Items whose class is known: those of the abilities, and uninformative ones for `none`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchprof.abilities.item import Item, control_item_of
from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems, content_of
from benchprof.item_profile.reader import NONE
from benchprof.sampling import sample


@dataclass(frozen=True)
class Labelled:
    """Questions with what is known of each.

    Attributes:
        questions: as a model reads them.
        classes: of each, the ability or `none`.
        families: of each, the kind of problem.
    """

    questions: Sequence[Question]
    classes: Sequence[str]
    families: Sequence[str]

    def only(self, kept: Sequence[bool]) -> Labelled:
        """Those that are kept."""
        places = [place for place, own in enumerate(kept) if own]
        return Labelled(
            [self.questions[own] for own in places],
            [self.classes[own] for own in places],
            [self.families[own] for own in places],
        )


def labelled(chosen: TrainItems, with_none: bool = True) -> Labelled:
    """The sampled items of each ability, and uninformative items for the class none.

    Uninformative items are control items of a seeded sample of the items, as many as the largest
    ability has; there are none if no item has such a control item.

    Args:
        chosen: of any split.
        with_none: whether uninformative items are wanted.
    """
    used = {name: chosen.used(name) for name in chosen.files}
    rows = [(item, name) for name, items in used.items() for item in items]
    every = [item for item, _ in rows if "uninformative" in item.control_items]
    if with_none and every:
        most = max(map(len, used.values()))
        drawn = sample([content_of(item) for item in every], most, chosen.seed)
        rows += [(control_item_of(every[own], "uninformative"), NONE) for own in drawn]
    return Labelled(
        [_named(item, name) for item, name in rows],
        [name for _, name in rows],
        [item.family for item, _ in rows],
    )


def _named(item: Item, name: str) -> Question:
    own = Question.of(item)
    return replace(own, id=f"{own.id} (uninformative)") if name == NONE else own
