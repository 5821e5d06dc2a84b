"""All checks of one or more abilities, in the order of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchprof.abilities.checks import baselines, companions, form, repetition, shape, surface
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import Check


def check_all(
    abilities: Sequence[Ability], minimum: Mapping[str, int] = shape.MINIMUM
) -> dict[str, list[Check]]:
    """Every check of every ability, then those of all abilities together where there are several.

    `minimum` is the number of items that each split needs.
    """
    near = repetition.check_near_duplicates(abilities)
    report = {
        ability.name: [
            *shape.check_counts(ability, minimum),
            shape.check_ids(ability),
            shape.check_option_counts(ability),
            shape.check_types(ability),
            shape.check_difficulties(ability),
            *shape.check_companions(ability),
            repetition.check_templates(ability),
            repetition.check_duplicates(ability),
            *near[ability.name],
            repetition.check_openings(ability),
            repetition.check_shared_grams(ability),
            surface.check_positions(ability),
            *surface.check_strategies(ability),
            *baselines.check_baselines(ability),
            *companions.check_companions(ability),
        ]
        for ability in abilities
    }
    together = form.check_form(abilities)
    return report | ({form.SECTION: together} if together else {})
