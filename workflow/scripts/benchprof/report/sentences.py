"""Every sentence on what a matrix shows and what in it can't be trusted, in one table.

`caveats` and `outcomes` fill them in; page, summary and captions show them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from benchprof.profile.criteria import (
    ENOUGH_CONTROLS,
    FULL_ON_TARGET,
    LEAST_ON_TARGET,
    SIDE_DROP,
    SIGNIFICANCE,
)
from benchprof.report.names import readable
from benchprof.report.numbers import number_off

SENTENCES = {
    # What the page opens with.
    "found": "{sound} of {defined} benchmarks need an ability whose mask costs more than {others}; "
    "the clearest is {benchmark}, which needs {said}.",
    "found_in_doubt": "On {benchmark}, the mask of {said} costs more than {others}, but "
    "something else may have been lost: {doubt}.",
    "nothing_found": "No ability stands out on any of the benchmarks that have an AIS ({defined} "
    "of {all}).",
    "nothing_defined": "Nothing can be said of what these benchmarks need: none has an AIS.",
    "why_undefined": "{count} of {all} benchmarks have no AIS, mostly because {reason}.",
    "why_unnamed": "no ability can be named, as {reason}.",
    "why_doubted": "{count} of {all} masks are in doubt (most often: {reason}).",
    "why_blind": "on {count} of {all} benchmarks, the items are too few to show a loss.",
    "why_nothing": "no check found a fault, but smaller losses may be there unseen.",
    # What a matrix shows.
    "held_out_tests": "Of the abilities' held-out tests, {defined} of {all} have an AIS. The "
    "ability's own AIS is the largest on {largest} of these (by chance, this is expected on "
    "{by_chance:.2g}).",
    "against_random": "Cells that differ from random masks of the same size (q < {significance}): "
    "{differing} of {defined}, {more} with a larger loss (or smaller gain), {less} with a smaller "
    "loss (or larger gain).",
    "train_items": "The intervals account for the test items only. Different train items would "
    "give different masks: judging by masks from halves of them ({items} items each), {adds} "
    "({abilities} abilities).",
    # What is not defined.
    "no_ais": "No AIS: {reason} ({benchmarks}).",
    "no_format": "No format likelihood for {benchmarks}{under}: {reason}.",
    # What can't be trusted.
    "unbounded": "Intervals without a bound on at least one side: {count} of {defined} "
    "({benchmarks}). In too many resamples of the items the intact model is not above guessing.",
    "smaller": "Smaller masks: those of {masks} hold less than the largest ({most:,}), because no "
    "more scores above zero. A smaller mask may cost less only because it is smaller.",
    "average_random": "The random masks have the masks' average size, {size:,}. With `matched_to: "
    "each_ability`, every mask is compared with random masks of its own size.",
    "unread": "Unreadable answers: {shares} of the texts written for {benchmark} cannot be parsed "
    "under the masks of {abilities} ({metric}; intact: {intact}; change under random masks: at "
    "most {random}). These AIS may only say that the model no longer writes in the format that is "
    "scored.",
    "broken": "{code}: {reason} (masks of {abilities}). The page shows these AIS, but they name no "
    "ability.",
    "none_selective": "None selective: of {known} masks for which both are known, none removes "
    "{least} or more of the margin over guessing on its ability's held-out test and {side} or less "
    "on the others'. Don't attribute these profiles to abilities.",
    "on_target_small": "On-target effect below {least} (masks of {values}): less than half of the "
    "margin over guessing is removed on the ability's held-out test. Don't compare these AIS with "
    "those of other abilities.",
    "on_target_by_chance": "On-target effect not significant (masks of {values}): the loss on the "
    "ability's held-out test may be due to chance, or no larger than under random masks.",
    "on_target_partial": "On-target effect below {full} (masks of {values}): part of the score on "
    "the ability's held-out test is left.",
    "on_target_unknown": "On-target effect unknown, because the ability's held-out test has no "
    "AIS: {abilities}.",
    "on_target_untested": "On-target effect unknown, because the ability's held-out test is not a "
    "benchmark of this run: {abilities}.",
    "not_selective": "Not selective (masks of {values}): more than {side} of the margin on the "
    "other abilities' held-out tests is removed, on average. Don't attribute these losses to one "
    "ability.",
    "harmful_random": "Random masks of the same size change these scores by more than {side} of "
    "the margin over guessing, on average (positive: loss; of the masks of several abilities, "
    "those that change it most): {values}.",
    "overlap": "Overlap: in {count} of {pairs} pairs of abilities, the two masks have {shares} of "
    "their contents in common (most: {most}; two random masks: {chance}). What they have in common "
    "can't be assigned to one ability.",
    "no_random": "There are no random masks: any damage of this size might have the same effect.",
    "few_random": "Few random masks: {seeds} ({enough} or more are advised). The q-values hold "
    "against these, not against random masks in general.",
    "one_ability": "There is only one ability: the mask of any other might have the same effect.",
    "unnamed": "A profile names no ability, as {reason}.",
    "calibration": "Calibration items, which serve to choose the mask fraction: {benchmarks}. If "
    "it was chosen on these items, AIS look larger on them than on other items.",
}
"""What is said, by what it is about."""
LIMITS = {
    "significance": SIGNIFICANCE,
    "least": LEAST_ON_TARGET,
    "full": FULL_ON_TARGET,
    "side": SIDE_DROP,
    "enough": ENOUGH_CONTROLS,
}


def say(about: str, **values: Any) -> str:
    """A sentence with its values; the limits of `criteria` need not be given."""
    return SENTENCES[about].format(**LIMITS, **values)


def readable_list(names: Iterable[str]) -> str:
    """Names to read: "PIQA, Contextual recall"."""
    return ", ".join(map(readable, names))


def valued(values: pd.Series, limit: float) -> str:
    """Names with their values, none of which reads as the limit: "Spatial reasoning (0.40)"."""
    return ", ".join(
        f"{readable(str(name))} ({number_off(float(value), limit)})"
        for name, value in values.items()
    )
