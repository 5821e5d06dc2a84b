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
    Rating,
    Ratings,
    alpha_of,
    confusion_of,
    disputed_items,
    intended,
    read_ratings,
    report_agreement,
)
from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.study import StudyItem
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
    return Ratings(ratings, {ITEMS[1]: ["bob: odd"]}, 0)


def test_the_share_of_intended_labels_and_its_interval() -> None:
    # Wilson for 4 items, not for 12 labels: (0.8333 + 0.4802 +- 0.6033) / 1.9604.
    found = intended(ratings_of(LABELS).ratings)
    assert found == pytest.approx((10 / 12, 0.3623, 0.9778), abs=1e-4)
    assert intended(()) is None


def test_krippendorff_s_alpha() -> None:
    # Of the values 6 are a and 6 are b; 2 of the expected 6 * 6 / 11 coincidences a-b occur.
    assert alpha_of(ratings_of(LABELS), ABILITIES) == pytest.approx(1 - 2 / (36 / 11))


@pytest.mark.parametrize("missing", [".", "-"])
def test_missing_labels(missing: str) -> None:
    # 6 a and 5 b; still 2 coincidences a-b, expected 6 * 5 / 10. One who says nothing is nobody.
    labels = LABELS | {"cy": f"abb{missing}", "dee": missing * 4}
    assert alpha_of(ratings_of(labels), ABILITIES) == pytest.approx(1 - 2 / 3)


@pytest.mark.parametrize(
    "labels",
    [
        {"ann": "abab"},
        {"ann": "ab..", "bob": "..ab"},
        {"ann": "aaaa", "bob": "aaaa"},
        {"ann": "----", "bob": "...."},
    ],
)
def test_agreement_that_cannot_be_measured_has_no_value(labels: dict[str, str]) -> None:
    assert alpha_of(ratings_of(labels), ABILITIES) is None


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
    assert [rating.member.item.id for rating in ratings.ratings] == ["1", "3"]
    assert ratings.stale == 2


def test_a_copy_of_a_file_is_not_another_annotator(tmp_path: Path) -> None:
    path = label(tmp_path, "ann", ITEMS, "abab")
    copied = path.with_name("ann (1).jsonl")
    copied.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match="is not an annotator's id"):
        read_ratings([path, copied], ITEMS, ABILITIES)


def test_the_report_is_written(tmp_path: Path) -> None:
    files = {ability: [tmp_path / f"{ability}.jsonl"] for ability in ABILITIES}
    for ability, (path,) in files.items():
        lines = [json.dumps(m.item.to_json()) for m in ITEMS if m.ability == ability]
        path.write_text("\n".join(lines))
    answers = [label(tmp_path / "answers", who, ITEMS, given) for who, given in LABELS.items()]
    # Opened and quit: no annotator.
    answers.append(label(tmp_path / "answers", "dee", [], ""))
    page, disputed = tmp_path / "agreement.md", tmp_path / "disputed.csv"
    report_agreement(answers, files, ["3"], page, disputed)
    text = page.read_text()
    assert "| all | 4 | 12 | 0 | 0.83 (0.36 to 0.98) |" in text
    assert "chance): 0.39." in text
    assert "| A | 5 | 1 |" in text
    assert "| dee |" not in text
    table = pd.read_csv(disputed, dtype={"id": str})
    assert dict(zip(table["id"], table["excluded"], strict=True)) == {"3": True, "4": False}


def test_no_answers_say_how_to_give_some(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make annotate ANNOTATOR"):
        report_agreement([], {}, [], tmp_path, tmp_path)


def test_the_report_needs_no_terminal_program_and_no_torch() -> None:
    code = (
        "import sys, benchprof.annotation.agreement;"
        "sys.exit(bool({'textual', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
