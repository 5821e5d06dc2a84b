"""The method in one figure, by one item of a finished run: question, mask, ablated model, loss."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchprof.abilities.item import Item, read_items
from benchprof.analysis.location import places
from benchprof.errors import InputError
from benchprof.evaluation.fields import Record
from benchprof.evaluation.record import read_record
from benchprof.evaluation.responses import log_likelihoods
from benchprof.expansion import path_argument
from benchprof.masks.mask import read_mask
from benchprof.masks.threshold import Entries
from benchprof.profile.contrast import controls_of
from benchprof.profile.resampling import Floats, standard_error
from benchprof.report import style
from benchprof.report.names import readable
from benchprof.run import paths
from benchprof.run.ablation import Ablation
from benchprof.run.run import Run, read_run

HEIGHT = 2.7
WIDTHS = (2.7, 1.8, 1.8, 2.1)
TITLES = ("An item", "A mask", "The ablated model", "What is lost")
OWN = "its own mask"


@dataclass(frozen=True)
class Illustration:
    """What the figure shows.

    Attributes:
        item: the question.
        intact: the probability of each option in the intact model, normalised over the options.
        ablated: the same under the ability's own mask.
        entries: the mask's, by tensor name.
        losses: mean fall of the right option's probability over all items of the ability's own
            test, by the word for what was ablated, with the standard error over items. What the
            run lacks, controls or other abilities, is left out.
    """

    item: Item
    intact: Sequence[float]
    ablated: Sequence[float]
    entries: Entries
    losses: Mapping[str, tuple[float, float]]


def illustration_of(run: Run, model: str, ability: str) -> Illustration:
    """Read what the figure shows from the files of a finished run, of its first selection and k.

    The item is the one that loses most: of those that the intact model gets right, that whose right
    option falls furthest under the ability's mask.

    Raises:
        InputError: the run has no test of the ability, a file is missing or damaged, or the intact
            model gets no item right.
    """
    if ability not in run.suite.own_tests:
        found = "no benchmark is its test split"
        raise InputError(f"{run.source}, ability {ability}", found, "one under `benchmarks:`")
    benchmark = run.suite.own_tests[ability]
    record = read_record(paths.record(model, benchmark, None))
    folder = Path(run.configuration.abilities[ability].items)
    items = list(read_items(folder / "test.jsonl"))
    asked = [items[place] for place in record["items"]["index"]]
    right = [item.answer for item in asked]
    intact = _probabilities(record)
    masks = run.masks(run.selections[0], run.ks[:1])
    controls = run.controls(run.selections[0], run.ks[:1])
    own = next(mask for mask in masks if mask.ability == ability)
    others = [mask for mask in masks if mask != own]
    random = [controls[number] for number in controls_of(own, controls)]
    groups = {OWN: [own], _counted("other", others): others, _counted("random", random): random}
    answers = {
        name: [_probabilities(read_record(paths.record(model, benchmark, mask))) for mask in group]
        for name, group in groups.items()
        if group
    }
    ablated = answers[OWN][0]
    solved = [n for n, answer in enumerate(right) if int(intact[n].argmax()) == answer]
    if not solved:
        raise InputError(benchmark, "no item is right in the intact model", "one or more")
    shown = max(solved, key=lambda n: intact[n][right[n]] - ablated[n][right[n]])
    return Illustration(
        asked[shown],
        intact[shown].tolist(),
        ablated[shown].tolist(),
        read_mask(paths.mask(model, own)).entries,
        {name: _fall(intact, own, right) for name, own in answers.items()},
    )


def _counted(kind: str, masks: Sequence[Ablation]) -> str:
    """How many masks of a kind, in words."""
    return f"{len(masks)} {kind} mask{'s' * (len(masks) != 1)}"


def ablated_in_words(run: Run) -> str:
    """What the mask's entries are, and what becomes of them or of all others."""
    others = "all others " if run.configuration.ablation_of == "complement" else ""
    fates = {"zero": "set to zero", "mean": "set to their mean"}
    method = run.method
    fate = fates[method] if isinstance(method, str) else f"multiplied by {method['scale']}"
    return f"{run.configuration.unit}s, {others}{fate}"


def draw_illustration(shown: Illustration, ability: str, entries: str) -> Figure:
    """Four panels from left to right: the item, its ability's mask, the item again, the test.

    Args:
        shown: what they show.
        ability: its name.
        entries: what the mask holds and what becomes of it, in words.
    """
    figure = style.new_figure(HEIGHT)
    panels = figure.subplots(1, 4, width_ratios=WIDTHS)
    for number, panel, title in zip(range(1, 5), panels, TITLES, strict=True):
        panel.set_title(f"{number}  {title}", loc="left")
    _write_item(panels[0], shown.item, ability)
    _scatter(panels[1], shown.entries, entries)
    _bars(panels[2], shown)
    _losses(panels[3], shown.losses)
    return figure


def caption_of(shown: Illustration, ability: str) -> str:
    """What the four panels are, in a sentence each."""
    own, error = shown.losses[OWN]
    return (
        f"1: the item of the test of {readable(ability).lower()} that loses most; the arrow is at "
        "the correct option. 2: the mask, a dot for each entry. 3: the options' probabilities in "
        "the intact and in the ablated model. 4: by how much the correct option's probability "
        "drops, mean over the test's items; lines are standard errors. "
        f"Its own mask: {own:.3f} ({error:.3f})."
    )


def _write_item(axes: Axes, item: Item, ability: str) -> None:
    axes.set_axis_off()
    lines = [textwrap.fill(text, 40) for text in (item.context, item.question) if text]
    options = [
        f"{'→' if number == item.answer else '   '} {option}"
        for number, option in enumerate(item.options)
    ]
    text = "\n\n".join([f"(from the {readable(ability).lower()} test)", *lines, "\n".join(options)])
    # A dollar is a dollar.
    axes.text(
        0, 1, text, va="top", fontsize=6.5, transform=axes.transAxes, linespacing=1.3,
        parse_math=False,
    )  # fmt: skip


def _scatter(axes: Axes, entries: Entries, words: str) -> None:
    """A dot for each entry, by its layer and its place in the layer's tensor."""
    for name, (layer, _) in places(entries).items():
        own = entries[name]
        axes.scatter(own, [layer] * len(own), s=3, color=style.LOSS, linewidths=0)
    count = sum(map(len, entries.values()))
    below = textwrap.fill(f"({count} {words})", 28)
    axes.set(xticks=[], xlabel=f"position in the layer\n{below}", ylabel="layer")


def _bars(axes: Axes, shown: Illustration) -> None:
    rows = np.arange(len(shown.item.options))
    axes.barh(rows - 0.2, shown.intact, 0.36, color=style.PALE, label="intact")
    axes.barh(rows + 0.2, shown.ablated, 0.36, color=style.LOSS, label="ablated")
    names = [textwrap.fill(option, 14) for option in shown.item.options]
    for number, label in enumerate(axes.set_yticks(rows, names, parse_math=False)):
        if number == shown.item.answer:
            label.label1.set_fontweight("bold")
    axes.invert_yaxis()
    axes.set(xlabel="probability", xlim=(0, 1))
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)


def _losses(axes: Axes, losses: Mapping[str, tuple[float, float]]) -> None:
    means, errors = zip(*losses.values(), strict=True)
    names = [textwrap.fill(name, 10) for name in losses]
    axes.barh(names, means, 0.6, xerr=errors, color=style.LOSS, error_kw={"lw": 0.8})
    axes.axvline(0, color=style.MUTED, lw=0.6)
    axes.invert_yaxis()
    # At the right end: in the middle, the figure's edge would cut it.
    axes.set_xlabel("mean drop in the probability\nof the correct option", loc="right")


def _probabilities(record: Record) -> Floats:
    """The options' probabilities of each item, normalised over them: (items, options).

    Where all options are impossible, none is more probable than another.
    """
    nats = np.array([log_likelihoods(own) for own in record["items"]["responses"]])
    nats[np.isneginf(nats).all(axis=1)] = 0.0
    shares = np.exp(nats - nats.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _fall(intact: Floats, ablated: Sequence[Floats], right: Sequence[int]) -> tuple[float, float]:
    """Mean fall of the right option's probability, and its standard error over items."""
    falls = (intact - np.mean(ablated, axis=0))[np.arange(len(right)), right]
    return float(falls.mean()), standard_error(falls)


def main() -> int:
    """Draw the figure of a finished run, from the folder that it ran in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfile", type=path_argument, default=Path("config.yaml"))
    parser.add_argument("--model", required=True)
    parser.add_argument("--ability", required=True)
    parser.add_argument("--output", type=path_argument, required=True, help="a PNG or SVG file")
    given = parser.parse_args()
    try:
        run = read_run([given.configfile])
        shown = illustration_of(run, given.model, given.ability)
    except InputError as error:
        sys.exit(str(error))
    with style.styled():
        figure = draw_illustration(shown, given.ability, ablated_in_words(run))
        style.save_figure(figure, caption_of(shown, given.ability), [given.output])
    return 0


if __name__ == "__main__":
    sys.exit(main())
