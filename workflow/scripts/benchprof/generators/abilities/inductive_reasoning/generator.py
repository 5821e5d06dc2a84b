"""Inductive reasoning: find the rule behind given cases and apply it to the next or a new one.

Types: `number_sequence` and `letter_sequence` (the next term), `symbol_pattern` (the next of a
repeating row), `rule_from_examples` (a change of words or numbers), `label_rule` (the feature that
decides a label).
"""

from __future__ import annotations

from benchprof.generators.abilities.inductive_reasoning import labels, rules, sequences, symbols
from benchprof.generators.templates.graded import graded_templates
from benchprof.generators.templates.template import Template

TEMPLATES: tuple[Template, ...] = (
    *graded_templates("number_sequence", sequences.WORDINGS["numbers"], sequences.NUMBER_LEVELS),
    *graded_templates("letter_sequence", sequences.WORDINGS["letters"], sequences.LETTER_LEVELS),
    *graded_templates("symbol_pattern", symbols.WORDINGS, symbols.LEVELS),
    *graded_templates("rule_from_examples", rules.WORDINGS, rules.LEVELS),
    *graded_templates("label_rule", labels.WORDINGS, labels.LEVELS),
)
