"""Put an archive's finished work where a run finds it: records in the store, masks in results/.

python -m benchprof.archive.refill results/archive.zip --digest DIGEST
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import codebase
from benchprof.abilities.item import Item
from benchprof.archive.container import Archive
from benchprof.archive.evidence import check_record
from benchprof.archive.layout import ArchiveError
from benchprof.archive.limits import add_limits, limits_of
from benchprof.archive.listing import read_listed, read_parsed
from benchprof.archive.tables import MANIFEST, read_manifest
from benchprof.archive.terminal import complain, say, take_any_text
from benchprof.archive.verdict import check
from benchprof.errors import InputError
from benchprof.evaluation.job import KIND, SUFFIX, key_of_entry
from benchprof.evaluation.record import FORMAT, key_of
from benchprof.files import written_whole
from benchprof.importance.example import render_examples
from benchprof.importance.job import origin_of, used_items
from benchprof.importance.scoring import Scoring
from benchprof.masks.mask import read_mask
from benchprof.masks.selection import read_for
from benchprof.models.loading import load_tokenizer
from benchprof.models.preparation import read_card
from benchprof.run.ablation import BACKGROUND
from benchprof.run.layers import read_layers
from benchprof.scoring.chat import prints_date
from benchprof.store import Store

CALIBRATION = "results/calibration/"
# As in `workflow/rules/common.smk`.
MASK = "results/masks/{model}/{ability}/{selection}_{fraction}.safetensors"
CONTROL = "results/masks/{model}/{ability}/{selection}-random-{seed}_{fraction}.safetensors"
SETTINGS = "results/settings"
IMPORTANCE = ("dtype", "scope", "layers", "score", "loss_on", "twins")
# (model, selection, fraction, ability, seed) of a mask.
Key = tuple[str, str, str, str, int | None]


class NotPreparedError(InputError):
    """The run has no settings of masks yet: records can be put in its store, masks not."""


@dataclass
class Refilled:
    """What became of an archive's records or masks.

    Attributes:
        added: how many are new.
        there: how many were there.
        left: why others were left out, in words.
    """

    added: int = 0
    there: int = 0
    left: list[str] = field(default_factory=list)


def refill_store(archive: Archive, listing: Mapping[str, Any], store: Store) -> Refilled:
    """Make the records of a checked archive entries of a store; entries that are there stay.

    A record of another version of the code is left out: its key is one that this checkout never
    looks for.

    Raises:
        ArchiveError: a record is not one, or of another model than it is listed as; nothing is
            written then.
        InputError: the store cannot be written to.
    """
    done = Refilled()
    wanted = _keys(archive, listing, done)
    # By key: masks of the same entries are one ablation.
    missing = {
        key: record
        for record, key in wanted.items()
        if not store.has(KIND, key, SUFFIX, key_of_entry)
    }
    store.check_writable(KIND, missing)
    for key, record in missing.items():
        store.add(KIND, key, SUFFIX, _writer(read_parsed(archive, listing, record)))
    done.added, done.there = len(missing), len(wanted) - len(missing)
    return done


def _keys(archive: Archive, listing: Mapping[str, Any], done: Refilled) -> dict[str, str]:
    """The store's key of each record that this checkout looks for; others are left out, in words.

    Raises:
        ArchiveError: a record is not one, or of another model than it is listed as.
    """
    code = codebase.digest_of("evaluation")
    models = read_manifest(archive, listing)["models"]
    keys = {}
    for record in _records(listing):
        own = check_record(read_parsed(archive, listing, record), record)
        # The other records' models were compared when the archive was checked.
        if record.startswith(CALIBRATION):
            noted = models.get(record.split("/")[2], {}).get("digest")
            if own["origin"]["model"]["digest"] != noted:
                raise ArchiveError(f"{record}: of another model than {MANIFEST} says, {noted}")
        if (own["format"], own["origin"]["code"]) != (FORMAT, code):
            done.left.append(f"{record}: of another version of the code")
        else:
            keys[record] = key_of(own["origin"])
    return keys


def refill_masks(archive: Archive, listing: Mapping[str, Any], folder: Path) -> Refilled:
    """Put the masks that a run would make at their place in its results; what is there stays.

    A mask is one that the run would make where all that decides it is as in the run's settings:
    the model, the items, how importance is scored, the selection, k and the code.

    Args:
        archive: checked.
        listing: of it.
        folder: of the run, in which Snakemake prepared the models and wrote the settings.

    Raises:
        NotPreparedError: it did not.
        InputError: the settings name no readable items.
    """
    done = Refilled()
    masks = {_key(source): source["mask"] for source in listing["tables"]["sources"]}
    for model, selection in _selections(folder):
        # Digests of the abilities' masks by k, which controls are matched to.
        digests: dict[str, dict[str, str]] = {}
        for key, expected in _wanted(folder, model, selection):
            own, target = digests.setdefault(key[2], {}), folder / _path(key)
            if target.exists():
                done.there += 1
            elif key not in masks:
                done.left.append(f"{_path(key)}: not in the archive")
                continue
            else:
                content = read_listed(archive, listing, masks[key])
                other = _difference(_origin(content), expected, own, key)
                if other:
                    done.left.append(f"{_path(key)}: the archive's has another {other}")
                    continue
                with written_whole(target) as temporary:
                    temporary.write_bytes(content)
                done.added += 1
            if key[4] is None:
                own[key[3]] = read_mask(target).digest
    return done


def _records(listing: Mapping[str, Any]) -> Iterator[str]:
    """Names of the records, of the calibration items too."""
    for *_, record in listing["tables"]["intact"]:
        yield record
    for source in listing["tables"]["sources"]:
        yield source["record"]
    for name in listing["files"]:
        # results/calibration/{model}/{selection}.json is a choice.
        if name.startswith(CALIBRATION) and name.endswith(SUFFIX) and name.count("/") == 4:
            yield name


def _writer(content: bytes) -> Any:
    return lambda path: path.write_bytes(content)


def _key(source: Mapping[str, Any]) -> Key:
    model, selection, fraction = source["model"], source["selection"], source["fraction"]
    return model, selection, fraction, source["ability"], source["seed"]


def _path(key: Key) -> str:
    model, selection, fraction, ability, seed = key
    pattern = MASK if seed is None else CONTROL
    return pattern.format(
        model=model, selection=selection, fraction=fraction, ability=ability, seed=seed
    )


def _selections(folder: Path) -> list[tuple[str, str]]:
    """Every (model, selection) of the run whose model is prepared.

    Raises:
        NotPreparedError: there is none.
    """
    files = sorted((folder / SETTINGS / "select_masks").glob("*/*.json"))
    found = [(file.parent.name, file.stem) for file in files]
    for model in dict.fromkeys(model for model, _ in found):
        # Made later, it would be newer than the masks and have importance computed.
        if not (folder / f"results/checks/{model}.json").is_file():
            found = []
    if not found:
        remedy = "Run `snakemake --cores 1 results/checks/MODEL.json` for each model, then "
        remedy += "`snakemake -n`, then this again."
        raise NotPreparedError(
            folder, "not ready for masks", "prepared models and settings", remedy
        )
    return found


def _wanted(folder: Path, model: str, selection: str) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Each mask of a selection, then its controls, with what its metadata should say."""
    settings = _settings(folder, f"select_masks/{model}/{selection}")
    without: dict[str, Any] = {"fractions": [], "matched": [], "seeds": []}
    controls = _settings(folder, f"draw_controls/{model}/{selection}", without)
    importance = _importance(folder, model)
    for fraction in settings["fractions"]:
        for ability in settings["abilities"]:
            # The background is of `specific` alone.
            others = {BACKGROUND} & {*importance} if selection == "specific" else set()
            names = read_for(selection, ability, {*settings["abilities"], *others})
            yield (
                (model, selection, fraction, ability, None),
                {
                    "ability": ability,
                    "selection": selection,
                    "settings": settings["selection"],
                    "fraction": fraction,
                    "fraction_of": settings["fraction_of"],
                    "importance": {name: importance[name] for name in names},
                    "code": settings["code"],
                },
            )
    # Later than every mask: Snakemake compares times.
    keys = product(controls["fractions"], controls["matched"], controls["seeds"])
    for fraction, ability, seed in keys:
        yield (
            (model, selection, fraction, ability, seed),
            {
                "ability": ability,
                "selection": "random",
                "seed": seed,
                "fraction": fraction,
                "code": controls["code"],
            },
        )


def _difference(
    origin: Mapping[str, Any], expected: Mapping[str, Any], masks: Mapping[str, str], key: Key
) -> str:
    """The first thing in which a mask differs from what the run would make; empty if none."""
    *_, ability, seed = key
    if seed is not None:
        matched = masks if ability not in masks else {ability: masks[ability]}
        expected = {**expected, "matched_to": dict(matched)}
    return next((name for name, value in expected.items() if origin.get(name) != value), "")


def _importance(folder: Path, model: str) -> dict[str, dict[str, Any]]:
    """What decides the importance of each ability in the run."""
    settings = _settings(folder, f"compute_importance/{model}")
    prepared = folder / "results/models" / model
    card, tokenizer = read_card(prepared), load_tokenizer(prepared)
    date = settings["chat_date"] if prints_date(tokenizer) else None
    found = {}
    for ability, path in zip(settings["exclude"], settings["items"], strict=True):
        items: list[Item] = used_items(
            folder / path, settings["exclude"][ability], settings["limit"], settings["seed"]
        )
        examples = render_examples(
            items, tokenizer, settings["loss_on"], settings["twins"], settings["chat_date"]
        )
        scoring = Scoring(prepared, **{name: settings[name] for name in IMPORTANCE})
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


def _store(configfile: Path) -> Store:
    """The store of a configuration.

    Raises:
        InputError: the file is missing or names none.
    """
    remedy = "Run this in the run's folder, or name the file with --configfile."
    if not configfile.is_file():
        raise InputError(configfile, "no such file", "a configuration with `store`", remedy)
    store = read_layers([configfile]).get("store")
    if not isinstance(store, str):
        raise InputError(configfile, "no `store`", "a configuration with `store`", remedy)
    return Store(Path(store))


def _said(what: str, done: Refilled, place: str) -> Sequence[str]:
    """What became of records or masks, in words: other reasons with the first file of each."""
    lines = [f"{what}: {done.added} put into {place}, {done.there} were there, "
             f"{len(done.left)} left out."]  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for own in done.left:
        name, reason = own.split(": ", 1)
        reasons.setdefault(reason, []).append(name)
    return lines + [f"- {len(own)} {reason}, as {own[0]}" for reason, own in reasons.items()]


def main() -> int:
    """Run the command; 1 where the archive is refused or something cannot be written."""
    parser = argparse.ArgumentParser(prog="benchprof.archive.refill", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--digest", help="the archive's published digest; another is refused")
    parser.add_argument(
        "--configfile", type=Path, default=Path("config.yaml"), help="of the run in this folder"
    )
    add_limits(parser)
    take_any_text()
    options = parser.parse_args()
    try:
        limits = limits_of(options)
        listing = check(options.archive, limits).listing
        if options.digest not in (None, listing["digest"]):
            raise ArchiveError(f"its digest is {listing['digest']}; expected {options.digest}")
        archive = Archive(options.archive, limits)
        store = _store(options.configfile)
        say(_said("Records", refill_store(archive, listing, store), str(store.root)))
        say(_masks_said(archive, listing))
    except (ArchiveError, InputError, OSError) as error:
        complain(error)
        return 1
    return 0


def _masks_said(archive: Archive, listing: Mapping[str, Any]) -> Sequence[str]:
    """What became of the masks, in words: none is looked for before the run is ready for them."""
    try:
        return _said("Masks", refill_masks(archive, listing, Path()), "results/masks")
    except NotPreparedError as error:
        return [f"Masks: none put. {error}"]


if __name__ == "__main__":
    sys.exit(main())
