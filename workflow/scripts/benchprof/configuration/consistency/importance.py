"""Keys of `importance` that do not go with one another or with the unit."""

from __future__ import annotations

from benchprof.ablation import LISTED
from benchprof.configuration import Configuration
from benchprof.errors import InputError
from benchprof.tasks.benchmark import AbilitySplit


def check_score(config: Configuration, source: str) -> None:
    """Stop where a score does not go with the loss, the unit or the groups."""
    importance = config.importance
    if importance.score == "knock_out" and config.unit == "weight":
        where = f"{source}, importance.score"
        raise InputError(where, "knock_out with unit weight", "unit neuron or head")
    if importance.knock_outs and importance.score != "knock_out":
        where = f"{source}, importance.knock_outs"
        raise InputError(where, f"groups with the score {importance.score}", "the score knock_out")


def check_limit(config: Configuration, source: str) -> None:
    """Stop where fewer train items are scored than there are halves of them."""
    importance = config.importance
    if importance.halves and importance.limit == 1:
        raise InputError(f"{source}, importance.limit", "1 with halves", "2 items or more")


def check_halves(config: Configuration, source: str) -> None:
    """Stop where no held-out test can be asked under the masks of halves of the train items."""
    if not config.importance.halves:
        return
    where, remedy = f"{source}, importance.halves", "Or say `halves: false`."
    if not any(isinstance(mask_fraction, float) for mask_fraction in config.mask_fractions):
        found = f"true with mask_fractions {list(config.mask_fractions)}"
        if LISTED in config.mask_fractions:
            raise InputError(where, found, "false")
        raise InputError(where, found, "a number among them", remedy)
    tested = [own for own in config.benchmarks.values() if isinstance(own, AbilitySplit)]
    if not any(own.is_held_out_test for own in tested):
        expected = "a benchmark with `ability: NAME` and `split: test`"
        raise InputError(where, "true, and no ability has a held-out test", expected, remedy)
