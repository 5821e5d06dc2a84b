"""The committed diagnostic sets are large enough, and have their companions."""

from pathlib import Path

import pytest

from benchprof import digests
from benchprof.abilities.checks.ability import Ability, read_ability
from benchprof.abilities.checks.repetition import check_templates
from benchprof.abilities.checks.shape import MINIMUM, check_companions, check_counts


@pytest.fixture(params=("v1", "v2"))
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def shipped(resources: Path, version: str) -> list[Ability]:
    return [read_ability(folder) for folder in sorted((resources / version).glob("*_*/"))]


def test_each_split_has_enough_items(resources: Path, version: str):
    for ability in shipped(resources, version):
        failed = [check for check in check_counts(ability, MINIMUM) if not check.passed]
        assert not failed, ability.name


def test_no_template_is_in_two_splits(resources: Path, version: str):
    for ability in shipped(resources, version):
        assert all(item.template for item in ability.items), ability.name
        check = check_templates(ability)
        assert check.passed, f"{ability.name}: {check.detail}"


def test_items_of_version_2_have_all_companions(resources: Path):
    for ability in shipped(resources, "v2"):
        assert all(len(item.companions) == 3 for item in ability.items)
        assert all(check.passed for check in check_companions(ability)), ability.name


def test_what_models_make_of_version_2_is_of_these_files(resources: Path) -> None:
    """A report is made by hand, and says which files it is of."""
    reports = sorted((resources / "v2").glob("MODEL_*.md"))
    assert reports
    for report in reports:
        listed = report.read_text(encoding="utf-8").partition("## Files asked")[2]
        asked = [line.split("  ") for line in listed.splitlines() if "  " in line]
        assert len(asked) == 10, report.name
        changed = [
            name for digest, name in asked if digests.of_file(resources / "v2" / name) != digest
        ]
        assert not changed, f"{report.name}: make it again, as its datasheet says"
