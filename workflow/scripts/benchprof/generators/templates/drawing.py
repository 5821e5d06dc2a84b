"""Drawing a split's items: balanced over types, difficulties, templates and answer positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle
from random import Random

from benchprof.abilities.item import Companion, Item
from benchprof.generators.templates.template import Draft, Template

ATTEMPTS = 400


def draw_split(
    ability: str, split: str, templates: Sequence[Template], count: int, seed: int
) -> list[Item]:
    """Draw `count` items of one split, deterministic in (`seed`, `ability`, `split`).

    Types take turns, within a type its difficulties, within a difficulty its templates, so that
    any prefix of the list is about as balanced as the whole. No two items share their text.

    Raises:
        ValueError: a template cannot give another distinct item (too small a vocabulary).
    """
    random = Random(f"{seed}/{ability}/{split}")
    turns = _turns([t for t in templates if t.split == split])
    positions: dict[int, list[int]] = defaultdict(list)
    seen: set[str] = set()
    items: list[Item] = []
    for number in range(count):
        template = next(turns)
        draft = _draw_distinct(template, random, seen)
        options = [draft.answer, *draft.distractors]
        if not positions[len(options)]:
            positions[len(options)] = random.sample(range(len(options)), len(options))
        answer = positions[len(options)].pop()
        wrong = random.sample(draft.distractors, len(draft.distractors))
        items.append(
            Item(
                id=f"{ability}-{split}-{number:04d}",
                type=template.type,
                template=template.name,
                difficulty=template.difficulty,
                context=draft.context,
                question=draft.question,
                options=(*wrong[:answer], draft.answer, *wrong[answer:]),
                answer=answer,
                companions={"blank": Companion(draft.twin_context, draft.twin_question, answer)},
            )
        )
    return items


def _turns(templates: Sequence[Template]) -> Iterator[Template]:
    """An endless round over types, within a type over difficulties, within those over templates."""
    levels: dict[str, dict[str, list[Template]]] = defaultdict(lambda: defaultdict(list))
    for template in templates:
        levels[template.type][template.difficulty].append(template)
    return _round([_round([cycle(level) for level in type_.values()]) for type_ in levels.values()])


def _round(sources: Sequence[Iterator[Template]]) -> Iterator[Template]:
    for source in cycle(sources):
        yield next(source)


def _draw_distinct(template: Template, random: Random, seen: set[str]) -> Draft:
    for _ in range(ATTEMPTS):
        draft = template.draw(random)
        options = (draft.answer, *draft.distractors)
        if len({option.lower() for option in options}) < len(options):
            continue
        text = "\n".join((draft.context, draft.question, *sorted(options)))
        if text not in seen:
            seen.add(text)
            return draft
    raise ValueError(f"template {template.name} gives no further distinct item")
