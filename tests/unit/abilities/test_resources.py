"""The committed diagnostic sets are what their generators give, large enough, and crossed."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchprof import digests
from benchprof.abilities.checks.ability import Ability, read_ability
from benchprof.abilities.checks.form import check_form
from benchprof.abilities.checks.repetition import check_templates
from benchprof.abilities.checks.shape import MINIMUM, check_companions, check_counts
from benchprof.generators.sets import VERSIONS


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def shipped(resources: Path, version: str) -> list[Ability]:
    return [read_ability(resources / version / name) for name in VERSIONS[version].abilities]


def test_the_files_are_byte_identical_to_what_the_generators_give(resources: Path):
    command = [sys.executable, "-m", "benchprof.generators.sets", "--check"]
    command += ["--folder", str(resources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_each_split_has_enough_items(resources: Path, version: str):
    for ability in shipped(resources, version):
        failed = [check for check in check_counts(ability, MINIMUM) if not check.passed]
        assert not failed, ability.name


def test_no_template_is_in_two_splits(resources: Path, version: str):
    for ability in shipped(resources, version):
        assert all(item.template for item in ability.items), ability.name
        check = check_templates(ability)
        assert check.passed, f"{ability.name}: {check.detail}"


def test_version_2_is_crossed(resources: Path):
    failed = [check for check in check_form(shipped(resources, "v2")) if not check.passed]
    assert not failed, [f"{check.name}: {check.value:.1f}" for check in failed]


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


def test_every_ability_of_the_default_run_has_a_generator(resources: Path) -> None:
    root = resources.parents[1]
    config = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    assert len(config["abilities"]) == 10
    for ability in config["abilities"].values():
        folder = root / ability["items"]
        assert folder.parent.parent == resources
        assert folder.name in VERSIONS[folder.parent.name].abilities
