"""Recall from a given text of invented facts.

Types: `single_fact` (the answer stands in one sentence) and `multi_hop` (two or three facts must
be followed one after another).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchprof.generators.abilities.contextual_recall import chains, single
from benchprof.generators.abilities.contextual_recall.chain_scenes import CHAINS
from benchprof.generators.abilities.contextual_recall.scenes import GRIDS, RECORDS
from benchprof.generators.templates.template import Template


def single_templates() -> Iterator[Template]:
    """One template per scene, level and question, and one per grid."""
    for scene in RECORDS:
        for short in scene.short:
            name = f"{scene.name}-easy-{short.given}-{short.asked}"
            how = partial(single.easy, scene, short)
            yield Template("single_fact", name, scene.split, "easy", how)
        for difficulty, draw in (("medium", single.medium), ("hard", single.hard)):
            for question in scene.questions:
                name = f"{scene.name}-{difficulty}-{question.given}-{question.asked}"
                how = partial(draw, scene, question)
                yield Template("single_fact", name, scene.split, difficulty, how)
    for grid in GRIDS:
        how = partial(single.grid, grid)
        yield Template("single_fact", f"{grid.name}-hard", grid.split, "hard", how)


def chain_templates() -> Iterator[Template]:
    """One template per chain, level and direction, or part of the chain."""
    for chain in CHAINS:
        for start, part in enumerate(("first", "last")):
            name = f"{chain.name}-easy-{part}"
            how = partial(chains.easy, chain, start)
            yield Template("multi_hop", name, chain.split, "easy", how)
        for difficulty, draw in (("medium", chains.medium), ("hard", chains.hard)):
            for direction in ("forward", "backward"):
                name = f"{chain.name}-{difficulty}-{direction}"
                how = partial(draw, chain, direction == "forward")
                yield Template("multi_hop", name, chain.split, difficulty, how)


TEMPLATES: tuple[Template, ...] = (*single_templates(), *chain_templates())
