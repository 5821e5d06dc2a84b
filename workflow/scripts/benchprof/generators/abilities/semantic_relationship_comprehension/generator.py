"""Items of semantic relations between words and of roles in events.

Types: `synonym`, `antonym` (words, chains of relations, cards in several hands), `hypernym` (kind
and member), `part_whole`, `agent` (who does it), `instrument` (what it is done with), `relation`
(naming or finding a relation), `semantic_role` (doer and undergoer of an event, whatever the
sentence's order and voice).

Wrong answers come from the pool that right answers come from, so that a word is right about as
often as its share of the options.
"""

from __future__ import annotations

from benchprof.generators.abilities.semantic_relationship_comprehension import (
    doers,
    kinds,
    parts,
    relation,
    role,
    scales,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.doings import (
    AGENTS,
    INSTRUMENTS,
)
from benchprof.generators.abilities.semantic_relationship_comprehension.fill import Draw, draft
from benchprof.generators.abilities.semantic_relationship_comprehension.phrasings import PHRASINGS
from benchprof.generators.templates.phrasing import templates_of
from benchprof.generators.templates.template import Template

MODES: dict[str, dict[str, Draw]] = {
    "synonym": scales.modes(same=True),
    "antonym": scales.modes(same=False),
    "hypernym": kinds.MODES,
    "part_whole": parts.MODES,
    "agent": doers.modes(AGENTS),
    "instrument": doers.modes(INSTRUMENTS),
    "relation": relation.MODES,
    "semantic_role": role.MODES,
}

TEMPLATES: tuple[Template, ...] = templates_of(PHRASINGS, MODES, draft)
