"""Agreement against values worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from tests.unit.annotation.conftest import make_item, study_items

from benchprof.annotation.agreement import (
    accuracy_of,
    confusion_of,
    disputed_items,
    fleiss_of,
    krippendorff_of,
)
from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.job import report_agreement
from benchprof.annotation.ratings import Rating, Ratings, read_ratings
from benchprof.annotation.sample import StudyItem
from benchprof.errors import InputError

ABILITIES = ("a", "b")
ITEMS = [
    m for pair in zip(study_items("a", "13"), study_items("b", "24"), strict=True) for m in pair
]
# Annotators by row, the items 1 to 4 by column; 1 and 3 are meant for a, 2 and 4 for b.
LABELS = {"ann": "abaa", "bob": "abab", "cy": "abbb"}


def ratings_of(labels: Mapping[str, str]) -> Ratings:
    """A dot stands for an item not seen, a minus for a skip."""
    ratings = [
        Rating(annotator, item, None if label == "-" else label)
        for annotator, given in labels.items()
        for item, label in zip(ITEMS, given, strict=True)
        if label != "."
    ]
    return Ratings(tuple(labels), tuple(ratings), {ITEMS[1]: [("bob", "odd")]}, 0)


def test_accuracy_and_its_interval() -> None:
    accuracy = accuracy_of(ratings_of(LABELS).ratings)
    assert (accuracy.items, accuracy.labels, accuracy.intended) == (4, 12, 10)
    assert accuracy.share == pytest.approx(10 / 12)
    # Wilson for 4 items, not for 12 labels: (0.8333 + 0.4802 +- 0.6033) / 1.9604.
    assert accuracy.interval == pytest.approx((0.3623, 0.9778), abs=1e-4)
    one = accuracy_of(ratings_of({"ann": "ab-."}).ratings)
    assert (one.items, one.labels, one.intended, one.skips) == (2, 2, 2, 1)
    assert accuracy_of(()).share is accuracy_of(()).interval is None


def test_fleiss_kappa() -> None:
    # Per item 1, 1, 1/3, 1/3 of the pairs agree, 2/3 in the mean; half would by chance.
    kappa = fleiss_of(ratings_of(LABELS), ABILITIES)
    assert (kappa.value, kappa.items, kappa.annotators) == (pytest.approx(1 / 3), 4, 3)


def test_krippendorff_s_alpha() -> None:
    # Of the values 6 are a and 6 are b; 2 of the expected 6 * 6 / 11 coincidences a-b occur.
    alpha = krippendorff_of(ratings_of(LABELS), ABILITIES)
    assert (alpha.value, alpha.items) == (pytest.approx(1 - 2 / (36 / 11)), 4)


@pytest.mark.parametrize("missing", [".", "-"])
def test_missing_labels(missing: str) -> None:
    ratings = ratings_of(LABELS | {"cy": f"abb{missing}"})
    # Items 1 to 3: (1 + 1 + 1/3) / 3 agree; chance gives (5/9)^2 + (4/9)^2.
    kappa = fleiss_of(ratings, ABILITIES)
    assert (kappa.value, kappa.items) == (pytest.approx(22 / 40), 3)
    # 6 a and 5 b; still 2 coincidences a-b, expected 6 * 5 / 10.
    alpha = krippendorff_of(ratings, ABILITIES)
    assert (alpha.value, alpha.items) == (pytest.approx(1 - 2 / 3), 4)


@pytest.mark.parametrize("nothing", ["....", "-..-"])
def test_who_has_no_label_is_no_annotator(nothing: str) -> None:
    for coefficient in (fleiss_of, krippendorff_of):
        found = coefficient(ratings_of(LABELS | {"dee": nothing}), ABILITIES)
        assert found == coefficient(ratings_of(LABELS), ABILITIES)
        alone = coefficient(ratings_of({"ann": "abab", "dee": nothing}), ABILITIES)
        assert "nobody to agree with" in alone.reason


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ({"ann": "abab"}, "nobody to agree with"),
        ({"ann": "ab..", "bob": "..ab"}, "no item has labels of enough"),
        ({"ann": "aaaa", "bob": "aaaa"}, "all labels are the same"),
        ({"ann": "----", "bob": "...."}, "no item has labels of enough"),
    ],
)
def test_agreement_that_cannot_be_measured_says_why(labels: dict, reason: str) -> None:
    for coefficient in (fleiss_of, krippendorff_of):
        found = coefficient(ratings_of(labels), ABILITIES)
        assert found.value is None
        assert reason in found.reason


def test_confusion_has_the_intended_in_rows() -> None:
    confusion = confusion_of(ratings_of(LABELS | {"dee": "b-.."}), ABILITIES)
    assert confusion.loc["a"].to_dict() == {"a": 5, "b": 2}
    assert confusion.loc["b"].to_dict() == {"a": 1, "b": 5}


def test_the_most_disputed_come_first() -> None:
    table = disputed_items(ratings_of({"ann": "abaa", "bob": "abba", "cy": "ab-a"}))
    # 4 by all three, 3 by one of two, 2 has a comment alone, 1 is not disputed.
    assert list(table["id"]) == ["4", "3", "2"]
    assert list(table["given"]) == ["a 3", "a 1, b 1", "b 3"]
    assert list(table["against"]) == [3, 1, 0]
    assert list(table["skips"]) == [0, 1, 0]
    assert list(table["comments"]) == ["", "", "bob: odd"]


def test_a_comment_without_an_answer_is_listed() -> None:
    table = disputed_items(ratings_of({"ann": "a..."}))
    row = {"id": "2", "labels": 0, "against": 0, "given": "", "comments": "bob: odd"}
    assert table[list(row)].to_dict("records") == [row]


def label(folder: Path, annotator: str, items: Sequence[StudyItem], labels: str) -> Path:
    with AnswerFile(folder, annotator, ABILITIES) as file:
        for item, ability in zip(items, labels, strict=True):
            file.append("label", item.item.id, item.digest, ability=ability)
    return file.path


def test_answers_to_changed_or_removed_items_do_not_count(tmp_path: Path) -> None:
    path = label(tmp_path, "ann", ITEMS, "abab")
    changed = StudyItem("b", make_item("2", question="Why?"))
    ratings = read_ratings([path], [ITEMS[0], changed, ITEMS[2]], ABILITIES)
    assert [rating.item.item.id for rating in ratings.ratings] == ["1", "3"]
    assert ratings.stale == 2


@pytest.mark.parametrize("name", ["ann (1).jsonl", "._ann.jsonl"])
def test_a_copy_of_a_file_is_not_another_annotator(tmp_path: Path, name: str) -> None:
    path = label(tmp_path, "ann", ITEMS, "abab")
    copied = path.with_name(name)
    copied.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match="is not an annotator's id"):
        read_ratings([path, copied], ITEMS, ABILITIES)


def test_the_report_is_written(tmp_path: Path) -> None:
    for ability in ABILITIES:
        lines = [json.dumps(m.item.to_json()) for m in ITEMS if m.ability == ability]
        (tmp_path / f"{ability}.jsonl").write_text("\n".join(lines))
    answers = [label(tmp_path / "answers", who, ITEMS, given) for who, given in LABELS.items()]
    # Opened and quit: no annotator.
    answers.append(label(tmp_path / "answers", "dee", [], ""))
    targets = {
        "figures": [tmp_path / "confusion.png", tmp_path / "confusion.svg"],
        "summary": tmp_path / "agreement.json",
        "page": tmp_path / "agreement.md",
        "disputed": tmp_path / "disputed.csv",
    }
    files = {ability: [tmp_path / f"{ability}.jsonl"] for ability in ABILITIES}
    report_agreement(answers, files, ["3"], **targets)
    summary = json.loads(targets["summary"].read_text())
    assert summary["fleiss_kappa"]["value"] == pytest.approx(1 / 3)
    assert summary["confusion"] == {"abilities": ["a", "b"], "labels": [[5, 1], [1, 5]]}
    page = targets["page"].read_text()
    assert "3 annotators gave 12 labels to 4 items" in page
    assert "Fleiss' kappa: 0.33 (4 items, 3 annotators)" in page
    assert "| dee |" not in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith(("| 3 ", "| 4 "))]
    assert [row[-1] for row in rows] == ["yes |", " |"]
    table = pd.read_csv(targets["disputed"], dtype={"id": str})
    assert dict(zip(table["id"], table["excluded"], strict=True)) == {"3": True, "4": False}
    assert all(path.stat().st_size for path in targets["figures"])


def test_the_report_refuses_an_id_of_two_abilities(tmp_path: Path) -> None:
    answers = label(tmp_path / "answers", "ann", ITEMS[:1], "a")
    files = {ability: [tmp_path / f"{ability}.jsonl"] for ability in ABILITIES}
    for (path,) in files.values():
        path.write_text(json.dumps(ITEMS[0].item.to_json()))
    words = r"b\.jsonl \(abilities\.b\), id: '1' is also in .*a\.jsonl"
    with pytest.raises(InputError, match=words):
        report_agreement([answers], files, [], [], tmp_path, tmp_path, tmp_path)


def test_no_answers_say_how_to_give_some(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make annotate ANNOTATOR"):
        report_agreement([], {}, [], [], tmp_path, tmp_path, tmp_path)


def test_the_report_needs_no_terminal_program_and_no_torch() -> None:
    code = (
        "import sys, benchprof.annotation.job as job;"
        "sys.exit(bool({'textual', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
