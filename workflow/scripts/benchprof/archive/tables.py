"""The numbers of the tables that follow from the records without a random number."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, zip_longest
from statistics import fmean
from typing import Any

from benchprof.archive.container import Archive
from benchprof.archive.evidence import check_mask, check_record
from benchprof.archive.guessing import guessing_level, reason_of
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import LISTING, digest_of_value, read_listed, read_parsed
from benchprof.archive.strict import Fields, check_shape, load_json

# Means are added up in another order here than where the tables were made.
TOLERANCE = 1e-9
# A fraction that is no number: each model's is chosen, and stands in the mask.
CALIBRATED = "calibrated"
# The selection of units that are listed: no importance made it.
LISTED = "listed"
ALL_ABILITIES = "all_abilities"
MANIFEST = "results/manifest.json"
SHAPE = Fields(
    {"models": {str: Fields({"digest": str}, open=True)}, "results": {str: str}}, open=True
)
IMPACT = "results/profiles/impact.csv"
SIMILARITIES = {
    "results/profiles/similarity.csv": "model",
    "results/profiles/benchmark_similarity.csv": "benchmark",
}
FLIPS = "results/profiles/flips.csv"
COLUMNS = {
    IMPACT: "k, headline, ablation_of, n, guessing, intact, ablated, ais, over_random, "
    "over_others, reason_code, reason_random, reason_others, model_digest, mask_digest, "
    "requests_digest",
    **dict.fromkeys(SIMILARITIES, "pairs, abilities, similarity, reason_code"),
    FLIPS: "n, intact_right, lost, gained",
}
"""The columns of each table that are recomputed, in words."""
# Of a mask's record: what became of the entries, the same in all records that are compared.
HOW = ("method", "kept_in", "mean_over")
IMPACTS = ("chance_corrected", "absolute", "relative")
# As Python writes a number: `float` would take digits of other scripts, too.
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", re.ASCII)
KEYS = ("model", "benchmark", "selection", "fraction")
Rows = Iterator[dict[str, str]]
# By (model, benchmark, metric, selection, fraction): a cell of the tables each.
Groups = dict[tuple[str, ...], list[dict[str, Any]]]
# The AIS of all abilities; None where undefined.
Profile = list[float | None]
Profiles = dict[tuple[str, ...], dict[str, float | None]]


@dataclass
class Tables:
    """The cells of the tables, from all records and masks.

    Attributes:
        archive: checked.
        listing: of it.
        records: names of the records that were read.
        masks: what each mask says of itself, by its name.
        groups: the cells.
    """

    archive: Archive
    listing: Mapping[str, Any]
    records: list[str] = field(default_factory=list)
    masks: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: Groups = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read all records and masks.

        Raises:
            ArchiveError: one is damaged, or does not belong to its mask, model and requests.
        """
        made = self.listing["tables"]
        self._settings = made["settings"]
        if self._settings["impact"] not in IMPACTS:
            found = f"{self._settings['impact']!r}; expected one of {', '.join(IMPACTS)}"
            raise ArchiveError(f"{LISTING}.tables.settings.impact: {found}")
        self._manifest = read_manifest(self.archive, self.listing)
        sources = made["sources"]
        for name in sorted({source["mask"] for source in sources}):
            self.masks[name] = check_mask(read_listed(self.archive, self.listing, name), name)
        intact = {(m, b): self._record(name) for m, b, name in made["intact"]}
        self._check_models(intact)
        self._check_masks(sources, intact)
        for source in sources:
            self._add(source, intact[source["model"], source["benchmark"]])

    def check(self) -> dict[str, int]:
        """Compare the tables with the records; how many rows each table has.

        Raises:
            ArchiveError: names the table, the line and the column that differs.
        """
        counts = dict.fromkeys(COLUMNS, 0)
        profiles = self._check_impact(self._table(IMPACT, counts))
        for name, pair in SIMILARITIES.items():
            _check_similarity(self._table(name, counts), name, pair, profiles)
        self._check_flips(self._table(FLIPS, counts))
        self._check_results()
        return counts

    def _content(self, name: str) -> bytes:
        return read_parsed(self.archive, self.listing, name)

    def _record(self, name: str) -> dict[str, Any]:
        """What the tables need of a record; the items' scores are let go."""
        record = check_record(self._content(name), name)
        self.records.append(name)
        origin, items = record["origin"], record["items"]
        guessing, tasks = record["guessing"], items["task"]
        if abs(guessing_level(record) - guessing) > TOLERANCE:
            level = guessing_level(record)
            raise ArchiveError(f"{name}: guessing scores {guessing}; its pool gives {level}")
        return {
            "n": record["n"],
            "guessing": guessing,
            "scores": record["scores"],
            "right": {m: right_items(own) for m, own in items["scores"].items()},
            "reason": {m: reason_of(own, record) for m, own in items["scores"].items()},
            "mask": origin["mask"] and origin["mask"]["digest"],
            "how": {key: own for key, own in (origin["mask"] or {}).items() if key in HOW},
            "ablation_of": "complement" if "kept_in" in (origin["mask"] or {}) else "mask",
            "model_digest": origin["model"]["digest"],
            "requests_digest": origin["requests"]["digest"],
            "made_of": [origin["model"]["digest"], origin["model"]["dtype"],
                        origin["requests"]["digest"], origin["code"]],
            "items": digest_of_value([tasks, items["index"], items["digest"]]),
        }  # fmt: skip

    def _check_results(self) -> None:
        """Compare the run's results in the manifest with the list of files."""
        files = self.listing["files"]
        for name, digest in self._manifest["results"].items():
            if name not in files:
                raise ArchiveError(f"{MANIFEST}: names {name}, which the archive lacks")
            if files[name]["sha256"] != digest:
                raise ArchiveError(f"{MANIFEST}: says another SHA-256 of {name}, {digest}")

    def _check_models(self, intact: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """Compare the models' digests in the records with those in the manifest."""
        models = self._manifest["models"]
        for (model, benchmark), record in intact.items():
            if model not in models:
                raise ArchiveError(f"{MANIFEST}.models: lacks {model}")
            noted = models[model]["digest"]
            if record["model_digest"] != noted:
                where = f"the record of {model} on {benchmark}"
                raise ArchiveError(f"{where}: of another model than {MANIFEST} says, {noted}")
            if record["mask"] is not None:
                raise ArchiveError(f"the intact record of {model} on {benchmark} has a mask")

    def _check_masks(
        self,
        sources: Sequence[Mapping[str, Any]],
        intact: Mapping[tuple[str, str], Mapping[str, Any]],
    ) -> None:
        """Compare what each mask says of itself with what it is listed as.

        Raises:
            ArchiveError: names the mask and what differs.
        """
        own: dict[tuple[str, ...], dict[str, str]] = {}
        for source in sources:
            if source["seed"] is None:
                digest = self.masks[source["mask"]]["digest"]
                own.setdefault(_view(source), {})[source["ability"]] = digest
        for source in sources:
            name, mask = source["mask"], self.masks[source["mask"]]
            for key, value in _said(source, own.get(_view(source), {})).items():
                if mask[key] != value:
                    said = f"says {key} {mask[key]!r} of itself"
                    raise ArchiveError(f"{name}: {said}; listed as {value!r}")
            if source["seed"] is None and source["selection"] != LISTED:
                model = intact[source["model"], source["benchmark"]]["model_digest"]
                _check_importance(mask["importance"], source["ability"], model, name)

    def _add(self, source: Mapping[str, Any], base: dict[str, Any]) -> None:
        """Read an ablated model's record into the groups."""
        name, mask = source["record"], self.masks[source["mask"]]
        record = self._record(name)
        if record["mask"] != mask["digest"]:
            raise ArchiveError(f"{name}: made with another mask than {source['mask']}")
        if record["made_of"] != base["made_of"] or record["items"] != base["items"]:
            raise ArchiveError(f"{name}: of another model or other requests")
        # The intact model's own record says nothing of it.
        how = base.setdefault("ablated_how", record["how"])
        if how != record["how"]:
            raise ArchiveError(f"{name}: ablated in another way than other records, {how}")
        state = {"base": base, "k": mask["fraction"], "mask_digest": record["mask"],
                 "ablation_of": record["ablation_of"]}  # fmt: skip
        for metric, score in record["scores"].items():
            key = (source["model"], source["benchmark"], metric, source["selection"],
                   source["fraction"])  # fmt: skip
            own = {"intact": base["scores"][metric], "ablated": score,
                   "right": record["right"][metric], "reason": base["reason"][metric]}  # fmt: skip
            self.groups.setdefault(key, []).append({**source, **state, **own})

    def _table(self, name: str, counts: dict[str, int]) -> Rows:
        """The rows of a table one by one, so that memory never holds more than one; counted."""
        reader = csv.DictReader(io.StringIO(self._content(name).decode("utf-8"), newline=""))
        columns = reader.fieldnames or []
        if len(set(columns)) < len(columns):
            raise ArchiveError(f"{name}: a column twice; expected each once")
        for line, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                raise ArchiveError(f"{name}, line {line}: not as many cells as columns")
            counts[name] += 1
            yield row

    def _check_impact(self, rows: Rows) -> Profiles:
        """Compare the AIS table; the profiles in the metric shown by (model, benchmark, ...)."""
        profiles: Profiles = {}
        for where, row, cell, cells in _matched(rows, IMPACT, self.groups):
            for column, value in self._expected(row, cell, cells).items():
                _compare(row[column], value, f"{where}, {column}")
            if row["headline"] == "True" and row["seed"] == "":
                ais = None if row["ais"] == "" else float(row["ais"])
                own = profiles.setdefault(tuple(row[key] for key in KEYS), {})
                own[row["ability"]] = ais
        return profiles

    def _check_flips(self, rows: Rows) -> None:
        """Compare how many items turned wrong, and how many right, under each ablation."""
        groups = self._right_or_wrong()
        for where, row, cell, _ in _matched(rows, FLIPS, groups):
            intact, ablated = cell["base"]["right"][row["metric"]], cell["right"]
            expected = {
                "n": cell["base"]["n"],
                "intact_right": intact.bit_count(),
                "lost": (intact & ~ablated).bit_count(),
                "gained": (ablated & ~intact).bit_count(),
            }
            for column, value in expected.items():
                _compare(row[column], value, f"{where}, {column}")

    def _right_or_wrong(self) -> Groups:
        """The groups of each benchmark's metric by which items turn.

        That is the one shown where its scores are all 0 or 1, else the first whose are; of a
        benchmark without such a metric there are none.
        """
        binary: dict[tuple[str, ...], dict[str, bool]] = {}
        for (model, benchmark, metric, *_), cells in self.groups.items():
            states = [cells[0]["base"]["right"][metric], *(cell["right"] for cell in cells)]
            own = binary.setdefault((model, benchmark), {})
            own[metric] = own.get(metric, True) and None not in states
        turning: set[tuple[str, ...]] = set()
        for (model, benchmark), own in binary.items():
            order = sorted(own, key=lambda metric: metric != self._shown(benchmark, own))
            turning.update(
                (model, benchmark, metric) for metric in [m for m in order if own[m]][:1]
            )
        return {key: cells for key, cells in self.groups.items() if key[:3] in turning}

    def _expected(
        self, row: Mapping[str, str], cell: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """The columns of a row that follow from the records."""
        base, code = cell["base"], cell["reason"]
        controls, others = _compared(cell, cells)
        own = cell["seed"] is None
        columns = {
            "k": cell["k"],
            "headline": str(row["metric"] == self._shown(cell["benchmark"], base["scores"])),
            "ablation_of": cell["ablation_of"],
            "n": base["n"],
            "guessing": base["guessing"],
            "intact": cell["intact"],
            "ablated": cell["ablated"],
            "model_digest": base["model_digest"],
            "mask_digest": cell["mask_digest"],
            "requests_digest": base["requests_digest"],
            "reason_code": code,
            "reason_random": code or _lacking(controls, own, "no_controls"),
            "reason_others": code or _lacking(others, own, "no_other_abilities"),
        }
        if code:
            return columns | {"ais": None, "over_random": None, "over_others": None}
        ais = self._ais(cell)
        return columns | {
            "ais": ais,
            "over_random": ais - fmean(map(self._ais, controls)) if controls else None,
            "over_others": ais - fmean(map(self._ais, others)) if others else None,
        }

    def _shown(self, benchmark: str, metrics: Mapping[str, Any]) -> str:
        """The metric of a benchmark that is shown."""
        wanted = (self._settings["metric"], self._settings["headlines"].get(benchmark))
        return next((metric for metric in wanted if metric in metrics), next(iter(metrics)))

    def _ais(self, cell: Mapping[str, Any]) -> float:
        intact, impact = cell["intact"], self._settings["impact"]
        base = {"absolute": 1.0, "relative": intact}.get(impact, intact - cell["base"]["guessing"])
        return float((intact - cell["ablated"]) / base) if base > 0 else math.nan


def read_manifest(archive: Archive, listing: Mapping[str, Any]) -> dict[str, Any]:
    """The run's manifest.

    Raises:
        ArchiveError: it is missing, changed or of another shape.
    """
    if MANIFEST not in listing["files"]:
        raise ArchiveError(f"{MANIFEST}: missing")
    manifest = load_json(read_parsed(archive, listing, MANIFEST), MANIFEST)
    check_shape(manifest, SHAPE, MANIFEST)
    return dict(manifest)


def _view(source: Mapping[str, Any]) -> tuple[str, ...]:
    return source["model"], source["selection"], source["fraction"]


def _said(source: Mapping[str, Any], masks: Mapping[str, str]) -> dict[str, Any]:
    """What a mask should say of itself.

    Args:
        source: what it is listed as.
        masks: digest of each ability's own mask of the same selection and k.
    """
    said = {"ability": source["ability"], "selection": source["selection"]}
    if source["fraction"] != CALIBRATED:
        said["fraction"] = source["fraction"]
    if source["seed"] is None:
        return said
    ability = source["ability"]
    matched = masks if ability == ALL_ABILITIES else {ability: masks.get(ability)}
    return said | {"selection": "random", "seed": source["seed"], "matched_to": matched}


def _check_importance(used: Mapping[str, Any], ability: str, model: str, name: str) -> None:
    """Compare what a mask was selected from with its ability and its records' model."""
    if ability not in used:
        raise ArchiveError(f"{name}: not from importance of {ability}")
    if any(one["model"] != model for one in used.values()):
        raise ArchiveError(f"{name}: from importance of another model than its records")


def right_items(scores: Sequence[float]) -> int | None:
    """The items with score 1 as the bits of a number; None where one is neither right nor wrong."""
    if any(score not in (0, 1) for score in scores):
        return None
    return int("".join("1" if score else "0" for score in scores), 2)


def _compared(
    cell: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The controls and the other abilities' masks that a cell is compared with."""
    if cell["seed"] is not None:
        return [], []
    controls = [
        other for other in cells
        if other["seed"] is not None and other["ability"] in (cell["ability"], ALL_ABILITIES)
    ]  # fmt: skip
    others = [
        other for other in cells
        if other["seed"] is None and other["ability"] != cell["ability"]
        and other["mask_digest"] != cell["mask_digest"]
    ]  # fmt: skip
    return controls, others


def _lacking(compared: Sequence[Any], own: bool, code: str) -> str:
    """The code of why a contrast is missing; empty where it is there."""
    if compared:
        return ""
    return code if own else "is_control"


def _check_similarity(rows: Rows, name: str, pair: str, profiles: Profiles) -> None:
    """Compare 1 - JSD of two models' or two benchmarks' profiles, and which pairs there are."""
    place = KEYS.index(pair)
    pairs = [
        (one, other)
        for one, other in combinations(profiles, 2)
        if one != other and one[:place] + one[place + 1 :] == other[:place] + other[place + 1 :]
    ]
    for line, (row, both) in enumerate(zip_longest(rows, pairs), start=2):
        if row is None or both is None or _pair(row, pair) != both:
            raise ArchiveError(
                f"{name}: other pairs than {IMPACT} has profiles of, or in another order"
            )
        one, other = both
        abilities = sorted(profiles[one])
        if abilities != sorted(profiles[other]):
            raise ArchiveError(f"{name}, line {line}: of profiles of different abilities")
        # One order for both, whatever that of the rows.
        left, right = ([profiles[key][own] for own in abilities] for key in (one, other))
        code = _undefined(left, right)
        expected = {
            "abilities": len(abilities),
            "reason_code": code,
            "similarity": None if code else similarity(left, right),
        }
        for column, value in expected.items():
            _compare(row[column], value, f"{name}, line {line}, {column}")


def _pair(row: Mapping[str, str], pair: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two profiles of a row."""
    one, other = (
        tuple(row[f"{key}_{side}" if key == pair else key] for key in KEYS) for side in "ab"
    )
    return one, other


def _undefined(one: Profile, other: Profile) -> str:
    """The code of why two profiles have no similarity; empty where they have."""
    if None in one or None in other:
        return "undefined_profile"
    if len(one) == 1:
        return "one_ability"
    return "flat_profile" if len(set(one)) == 1 or len(set(other)) == 1 else ""


def similarity(one: Profile, other: Profile) -> float | None:
    """1 - Jensen-Shannon divergence (base 2) of two min-max normalised profiles; None if flat."""
    shares = []
    for profile in (one, other):
        values = [value for value in profile if value is not None]
        if len(values) < len(profile) or max(values) == min(values):
            return None
        shifted = [value - min(values) for value in values]
        shares.append([value / sum(shifted) for value in shifted])
    parts = [
        p * math.log2(2 * p / (p + q))
        for left, right in (shares, shares[::-1])
        for p, q in zip(left, right, strict=True)
        if p > 0
    ]
    return 1 - min(1.0, max(0.0, sum(parts) / 2))


def _matched(
    rows: Rows, name: str, groups: Groups
) -> Iterator[tuple[str, dict[str, str], dict[str, Any], list[dict[str, Any]]]]:
    """Each row of a table with where it is, its cell and the cells of its group.

    Raises:
        ArchiveError: a row is of no cell or of one that had a row, or a cell has none.
    """
    found = {
        (*key, cell["ability"], _text(cell["seed"])): (cell, cells)
        for key, cells in groups.items()
        for cell in cells
    }
    keys = ("model", "benchmark", "metric", "selection", "fraction", "ability", "seed")
    for line, row in enumerate(rows, start=2):
        where = f"{name}, line {line}"
        try:
            cell, cells = found.pop(tuple(row[key] for key in keys))
        except KeyError:
            raise ArchiveError(f"{where}: no record has this row, or it is twice") from None
        yield where, row, cell, cells
    if found:
        missing = ", ".join(sorted({key[5] for key in found}))
        raise ArchiveError(f"{name}: lacks rows of {missing}")


def _compare(found: str, expected: Any, where: str) -> None:
    """Compare a cell of a CSV file with what it should hold."""
    if isinstance(expected, float):
        same = math.isclose(number_of(found, where), expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    else:
        same = found == _text(expected)
    if not same:
        raise ArchiveError(f"{where}: {found or 'empty'}; the records give {expected}")


def number_of(cell: str, where: str) -> float:
    """The number in a cell of a CSV file.

    Raises:
        ArchiveError: it holds none, as the tables write them.
    """
    if not DECIMAL.fullmatch(cell):
        raise ArchiveError(f"{where}: {cell or 'empty'}; expected a number")
    return float(cell)


def _text(value: Any) -> str:
    """A value as the tables write it."""
    return "" if value is None else str(value)
