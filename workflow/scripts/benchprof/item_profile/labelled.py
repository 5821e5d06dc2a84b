"""Items whose class is known: those of the abilities, and uninformative ones for `none`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchprof.abilities.item import control_item_of
from benchprof.importance.example import Question
from benchprof.importance.items import TrainItems, content_of
from benchprof.item_profile.reader import NONE
from benchprof.sampling import sample


@dataclass(frozen=True)
class Labelled:
    """A question with what is known of it.

    Attributes:
        question: as a model reads it.
        label: the ability or `none`; empty if it is not known.
        family: the kind of problem.
    """

    question: Question
    label: str = ""
    family: str = ""


def labelled(chosen: TrainItems, with_none: bool = True) -> list[Labelled]:
    """The sampled items of each ability, and uninformative items for the class none.

    Uninformative items are control items of a seeded sample of the items, as many as the largest
    ability has; there are none if no item has such a control item.

    Args:
        chosen: of any split.
        with_none: whether uninformative items are wanted.
    """
    used = {name: chosen.used(name) for name in chosen.files}
    items = [item for own in used.values() for item in own]
    found = [
        Labelled(Question.of(item), name, item.family) for name, own in used.items() for item in own
    ]
    every = [item for item in items if "uninformative" in item.control_items]
    if with_none and every:
        most = max(map(len, used.values()))
        for number in sample([content_of(item) for item in every], most, chosen.seed):
            question = Question.of(control_item_of(every[number], "uninformative"))
            question = replace(question, id=f"{question.id} (uninformative)")
            found.append(Labelled(question, NONE, every[number].family))
    return found
