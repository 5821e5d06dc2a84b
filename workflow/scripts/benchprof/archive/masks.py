"""An archive's masks at their place in a run's results."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from benchprof.abilities.item import Item
from benchprof.archive.container import Archive
from benchprof.archive.listing import read_listed
from benchprof.archive.refilled import Refilled
from benchprof.data import NEUTRAL_TEXT
from benchprof.errors import InputError
from benchprof.files import written_whole
from benchprof.importance.example import render_examples
from benchprof.importance.items import used_items
from benchprof.importance.job import origin_of
from benchprof.importance.scoring import Groups, Scoring
from benchprof.masks.mask import RANDOM, read_mask
from benchprof.masks.selection import read_for
from benchprof.masks.super_job import neutral_example
from benchprof.masks.super_job import origin_of as origin_of_super
from benchprof.models.card import read_card
from benchprof.models.loading import load_tokenizer
from benchprof.profile.source import Source
from benchprof.run import paths
from benchprof.run.ablation import BACKGROUND, Ablation
from benchprof.run.configuration import LISTED
from benchprof.scoring.chat import prints_date

SETTINGS = "results/settings"
IMPORTANCE = ("dtype", "unit", "scope", "layers", "score", "loss_on", "against", "replicated",
              "toward")  # fmt: skip
# What a control of units says of the items that told how active they are.
NOT_COMPARED = "examples"


class NotPreparedError(InputError):
    """The run has no settings of masks yet: records can be put in its store, masks not."""


def refill_masks(
    archive: Archive,
    listing: Mapping[str, Any],
    folder: Path,
    models: Collection[str],
    train: Mapping[str, Path],
) -> Refilled:
    """Put the masks that a run would make at their place in its results; what is there stays.

    A mask is one that the run would make where all that decides it is as in the run's settings:
    the model, the items, how importance is scored, the selection, k and the code.

    Args:
        archive: checked.
        listing: of it.
        folder: of the run, in which Snakemake prepared the models and wrote the settings.
        models: of the run; there may be settings of others, which an earlier one had.
        train: the file of train items of everything that importance is computed for.

    Raises:
        NotPreparedError: it did not.
        InputError: the settings name no readable items.
    """
    done = Refilled()
    listed = [Source.from_json(source, Path()) for source in listing["tables"]["sources"]]
    masks = {(source.model, source.ablation): str(source.mask) for source in listed}
    selections = _selections(folder, models)
    for model in dict.fromkeys(model for model, _ in selections):
        # Before the masks, which are made from it.
        _refill_super(archive, listing, folder, model, train, done)
    for model, selection in selections:
        # Digests of the abilities' masks by k, which controls are matched to.
        digests: dict[str, dict[str, str]] = {}
        for ablation, expected in _wanted(folder, model, selection, train):
            path, own = paths.mask(model, ablation), digests.setdefault(ablation.k, {})
            target = folder / path
            if target.exists():
                done.there += 1
            elif (model, ablation) not in masks:
                done.left.append(f"{path}: not in the archive")
                continue
            else:
                content = read_listed(archive, listing, masks[model, ablation])
                other = _difference(_origin(content), expected, own, ablation)
                if other:
                    done.left.append(f"{path}: {_left_because(other)}")
                    continue
                with written_whole(target) as temporary:
                    temporary.write_bytes(content)
                done.added += 1
            if ablation.seed is None:
                own[ablation.ability] = read_mask(target).digest
    return done


def _refill_super(
    archive: Archive,
    listing: Mapping[str, Any],
    folder: Path,
    model: str,
    train: Mapping[str, Path],
    done: Refilled,
) -> None:
    """Put the super set of a model at its place, where masks of the run leave one out."""
    settings = _settings(folder, f"find_super/{model}", {})
    path = paths.super_set(model)
    if not settings:
        return
    if (folder / path).exists():
        done.there += 1
        return
    if str(path) not in listing["files"]:
        done.left.append(f"{path}: not in the archive")
        return
    content = read_listed(archive, listing, str(path))
    importance = _importance(folder, model, train)
    example = neutral_example(folder / "results/models" / model, NEUTRAL_TEXT)
    expected = origin_of_super({a: importance[a] for a in settings["abilities"]}, example)
    found = _origin(content)
    other = next((name for name, own in expected.items() if found.get(name) != own), "")
    if other:
        done.left.append(f"{path}: the archive's has another {other}")
        return
    with written_whole(folder / path) as temporary:
        temporary.write_bytes(content)
    done.added += 1


def _selections(folder: Path, models: Collection[str]) -> list[tuple[str, str]]:
    """Every (model, selection) of the run.

    Raises:
        NotPreparedError: there is none, or one of its models is not prepared.
    """
    files = sorted((folder / SETTINGS / "select_masks").glob("*/*.json"))
    found = [(file.parent.name, file.stem) for file in files if file.parent.name in models]
    # Made later, a check would be newer than the masks and have importance computed.
    checks = [f"results/checks/{model}.json" for model in models]
    missing = [check for check in checks if not (folder / check).is_file()]
    if missing or not found:
        first = f"`.venv/bin/snakemake --cores 1 {' '.join(missing)}`, then " if missing else ""
        remedy = (
            f"Run {first}`.venv/bin/snakemake -n`, then this again (all with the same "
            "--configfile, if it is not config.yaml)."
        )
        raise NotPreparedError(
            folder / SETTINGS, "not ready for masks", "prepared models and settings", remedy
        )
    return found


def _wanted(
    folder: Path, model: str, selection: str, train: Mapping[str, Path]
) -> Iterator[tuple[Ablation, dict[str, Any]]]:
    """Each mask of a selection, then its controls, with what its metadata should say."""
    settings = _settings(folder, f"select_masks/{model}/{selection}")
    without: dict[str, Any] = {"fractions": [], "matched": [], "seeds": []}
    controls = _settings(folder, f"draw_controls/{model}/{selection}", without)
    importance = {} if selection == LISTED else _importance(folder, model, train)
    # What is listed is no share of anything.
    share = {} if selection == LISTED else {"fraction_of": settings["fraction_of"]}
    left_out = _left_out(folder, model) if settings["selection"].get("without_super") else {}
    for fraction in settings["fractions"]:
        for ability in settings["abilities"]:
            # The background is of `specific` alone.
            others = {BACKGROUND} & {*importance} if selection == "specific" else set()
            every = {*settings["abilities"], *others}
            names = read_for(selection, ability, every) if importance else []
            yield (
                Ablation(ability, selection, fraction),
                {
                    "ability": ability,
                    "selection": selection,
                    "settings": settings["selection"],
                    "fraction": fraction,
                    "importance": {name: importance[name] for name in names},
                    "code": settings["code"],
                }
                | share
                | left_out,
            )
    # Later than every mask: Snakemake compares times.
    keys = product(controls["fractions"], controls["matched"], controls["seeds"])
    for fraction, ability, seed in keys:
        yield (
            Ablation(ability, selection, fraction, seed),
            {
                "ability": ability,
                "selection": RANDOM,
                "seed": seed,
                "fraction": fraction,
                "code": controls["code"],
            }
            | left_out
            # Which items told how active units are is not looked into. Such a control is drawn anew
            # in a minute, and its records are found by its entries.
            | ({NOT_COMPARED: None} if "unit" in controls else {}),
        )


def _left_out(folder: Path, model: str) -> dict[str, Any]:
    """What a mask says of the super set; null, as no mask says, where the run has none yet."""
    path = folder / paths.super_set(model)
    return {"super": read_mask(path).digest if path.is_file() else None}


def _difference(
    origin: Mapping[str, Any],
    expected: Mapping[str, Any],
    masks: Mapping[str, str],
    ablation: Ablation,
) -> str:
    """The first thing in which a mask differs from what the run would make; empty if none."""
    if ablation.seed is not None:
        ability = ablation.ability
        matched = masks if ability not in masks else {ability: masks[ability]}
        expected = {**expected, "matched_to": dict(matched)}
    return next((name for name, value in expected.items() if origin.get(name) != value), "")


def _left_because(other: str) -> str:
    """Why a mask that differs in something from the run's is left out, in words."""
    if other == NOT_COMPARED:
        return "left for the run to draw, in a minute (what they are matched to is not compared)"
    return f"the archive's has another {other}"


def _importance(folder: Path, model: str, train: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """What decides the importance of each ability in the run.

    Raises:
        InputError: the settings are those of other abilities.
    """
    settings = _settings(folder, f"compute_importance/{model}")
    if settings["exclude"].keys() != train.keys():
        file = folder / SETTINGS / f"compute_importance/{model}.json"
        other, own = (", ".join(names) for names in (settings["exclude"], train))
        remedy = "Run `.venv/bin/snakemake -n` with the same configuration first."
        raise InputError(file, f"of {other}", f"{own}, as configured", remedy)
    prepared = folder / "results/models" / model
    card, tokenizer = read_card(prepared), load_tokenizer(prepared)
    date = settings["chat_date"] if prints_date(tokenizer) else None
    found = {}
    for ability, excluded in settings["exclude"].items():
        # The settings have files by their path alone, which abilities may share.
        items: list[Item] = used_items(
            folder / train[ability], excluded, settings["limit"], settings["seed"]
        )
        examples = render_examples(
            items,
            tokenizer,
            settings["loss_on"],
            settings["against"],
            settings["chat_date"],
            settings["toward"],
        )
        knocked_out = settings.get("knock_outs")
        scoring = Scoring(
            prepared,
            **{name: settings[name] for name in IMPORTANCE},
            groups=Groups(**knocked_out["groups"]) if knocked_out else None,
        )
        found[ability] = origin_of(card.digest, scoring, date, examples)
    return found


def _settings(folder: Path, name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
    """A job's settings, as Snakemake wrote them; where it plans no such job, the default."""
    file = folder / SETTINGS / f"{name}.json"
    if default is not None and not file.is_file():
        return default
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def _origin(content: bytes) -> dict[str, Any]:
    """What a mask says of itself, compared with its digests.

    Raises:
        InputError: it is damaged.
    """
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "mask.safetensors")
        file.write_bytes(content)
        return read_mask(file).origin
