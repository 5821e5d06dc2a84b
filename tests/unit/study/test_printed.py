"""The commands of docs/study_details.md print what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.unit.study.archives import MODEL, effects, two

from benchprof.report.names import readable


@pytest.fixture(scope="module")
def printed(unpacked: Path, recall: Path, written: Path) -> str:
    command = [sys.executable, "-m", "study", str(unpacked / "results/profiles")]
    command += ["--all", str(written / "results/profiles")]
    command += ["--effects", str(recall / effects(MODEL))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_commands_print_what_the_page_says(page: str, printed: str) -> None:
    assert "--all results/written/results/profiles" in page
    verdicts = re.findall(r"^## \d\..*: ([a-z ]+)$", printed, re.M)
    assert verdicts == ["not decidable"] * 4
    # The first column of verdicts.
    assert len(re.findall(r"\| \d\. [^|]* \| not decidable: ", page)) == 4
    assert "doubled" not in printed
    assert "(q 0.004), mean on 9 other tests 0.052; not valid: read_off" in printed
    assert "- 0 could be valid: about abilities, no statement is decidable" in printed
    assert "N of 2 or more: 0 of 9 (0.00 to 0.34)" in printed
    assert "at most one bound of over_random reaches 0.1: 4 of 9" in printed
    assert "0% (interval 0% to 34%)" in page
    assert "permutation test of the effective number: p 0.056" in printed
    assert "(p = 0.056 in the exact permutation test)" in page
    assert "lower bound above -0.1: 78% of the cells" in printed
    assert "This is so for 70 of them (78%)" in page


def test_the_labels_are_what_the_page_says(page: str, printed: str) -> None:
    left = re.findall(r"^- AIS, .* left out: .*, p ([\d.]+)$", printed, re.M)
    assert f"p is {min(left)} to {max(left)} before" in page
    left = re.findall(r"^- without the factor, .* left out: .*, p ([\d.]+)$", printed, re.M)
    assert f"and {min(left)} to {max(left)} after it" in page
    (rank, p), (rest, rest_p) = re.findall(
        r"^- (?:AIS|without the factor): mean rank ([\d.]+) .*, p ([\d.]+)$", printed, re.M
    )
    assert f"the mean rank of the eighteen labels is {float(rank):.1f}," in page
    assert f"(p = {p})" in page
    assert f"it is {float(rest):.1f} (p = {rest_p})" in page


def test_the_shares_of_one_factor_are_what_the_page_says(page: str, printed: str) -> None:
    (share, low, high), alike = re.findall(
        r"one factor explains 0\.(\d+) .* tables 0\.(\d+) to 0\.(\d+)", printed
    )
    assert f"explains {share}% of the sum of squares" in page
    assert f"this share is {low}% to {high}%" in page
    told = "the share is {}%, within what random masks' tables give ({}% to {}%), so"
    assert told.format(*alike) in page


def test_the_pairs_are_what_the_page_says(page: str, printed: str) -> None:
    pairs = re.findall(
        r"^- (\w+) and (\w+): undecided; similarity ([\d.]+ \([\d. to]+); noise ([\d. to]+)\), "
        r"Spearman ([-\d.]+), Holm p ([\d.]+),",
        printed,
        re.M,
    )
    assert len(pairs) == 5
    for first, second, similarity, noise, correlation, p in pairs:
        told = f"| {readable(first)}, {readable(second)} | {similarity}) | {noise} | "
        assert f"{told}{two(float(correlation))} | {float(p):.2f} |" in page


def test_the_second_profiles_are_what_the_page_says(page: str, printed: str) -> None:
    lines = re.findall(
        r"^- (?:as they are|without the mean): mean ([-\d.]+) of \d+ \((.*)\)$", printed, re.M
    )
    assert len(lines) == 4
    means = " | ".join(two(float(mean)) for mean, _ in lines)
    assert f"| mean | {means} |" in page
    profiles = [dict(each.rsplit(" ", 1) for each in found.split(", ")) for _, found in lines]
    for name in profiles[0]:
        cells = [f" {two(float(own[name]))} " if name in own else " " for own in profiles]
        assert f"| {readable(name)} |{'|'.join(cells)}|" in page
