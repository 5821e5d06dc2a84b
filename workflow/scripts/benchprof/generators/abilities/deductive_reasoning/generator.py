"""Deductive reasoning: what follows necessarily from premises about invented or arbitrary things.

Types: `syllogism` (chains of "all x are y"), `negation_and_quantifiers` (all, no, some, some not,
either-or with a denial), `conditional` (if-then rules, forwards and by denial backwards),
`logic_puzzle` (who has which of four things).
"""

from __future__ import annotations

from benchprof.generators.abilities.deductive_reasoning import (
    conditional,
    negation,
    puzzle,
    syllogism,
)
from benchprof.generators.templates.graded import graded_templates
from benchprof.generators.templates.template import Template

TEMPLATES: tuple[Template, ...] = (
    *graded_templates("syllogism", syllogism.WORDINGS, syllogism.LEVELS),
    *graded_templates("negation_and_quantifiers", negation.WORDINGS, negation.LEVELS),
    *graded_templates("conditional", conditional.WORDINGS, conditional.LEVELS),
    *graded_templates("logic_puzzle", puzzle.WORDINGS, puzzle.LEVELS),
)
