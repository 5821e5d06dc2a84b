"""What the documents say of code holds: YAML that readers copy, the map of packages, links."""

from __future__ import annotations

import ast
import copy
import dataclasses
import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from lm_eval.api.task import TaskConfig
from snakemake.cli import get_argument_parser
from tests.conftest import ROOT
from tests.pages import PAGES

from benchprof import __version__
from benchprof.configuration import layers
from benchprof.jobs.all import JOBS
from benchprof.run.run import Run
from benchprof.tasks.definition import read_definition

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
# Sections whose entries a page adds one by one; a page gives any other section whole.
NAMED = ("models", "abilities", "benchmarks")
LIBRARY = ROOT / "workflow/scripts/benchprof"
LM_EVAL_TASK = {field.name for field in dataclasses.fields(TaskConfig)}


def blocks_of(page: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each YAML block with its place."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^ *```ya?ml\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL):
        line = text[: found.start()].count("\n") + 1
        yield f"{page.name}, line {line}", yaml.safe_load(textwrap.dedent(found[1]))


def laid_over(config: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    """A configuration with a block's keys, as if it extended it; `NAMED` entries are replaced.

    What a block extends must be there; the tests' configuration stands in for it.
    """
    assert (ROOT / block.get("extends", "config.yaml")).is_file()
    own = {key: config.get(key, {}) | block[key] for key in NAMED if key in block}
    sections = {key: value for key, value in block.items() if key not in {*NAMED, "extends"}}
    return layers.laid_over(config, sections) | own


def check_profile(profile: dict[str, Any], place: str) -> None:
    """Every key is an option of Snakemake or of the executor, and every rule is one of ours."""
    options = set(get_argument_parser()._option_string_actions)
    known = {key for key in profile if f"--{key}" in options}
    assert all(key.startswith(profile["executor"]) for key in profile.keys() - known), place
    assert set(profile["set-resources"]) <= JOBS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_make_a_configuration(page: Path) -> None:
    """One after the other, laid over config.yaml: a later block may need what an earlier one adds.

    A block is part of a configuration unless it has the key `task` at its top, as a lm-eval task
    has, or `executor`, as a Snakemake profile has.
    """
    config = copy.deepcopy(DEFAULT)
    for place, block in blocks_of(page):
        if "task" in block:
            assert block.keys() <= LM_EVAL_TASK, place
        elif "executor" in block:
            check_profile(block, place)
        else:
            config = laid_over(config, block)
            Run.of(config, place)
    for name, benchmark in config["benchmarks"].items():
        if "benchmark" in benchmark:
            read_definition(benchmark["benchmark"], f"{page.name}, {name}")


def test_every_rule_that_takes_a_gpu_is_in_the_example_of_a_cluster_s_profile() -> None:
    """For a scheduler without a GPU count."""
    rules = {rule for rule, kind in JOBS.items() if kind.on_gpu}
    assert {"compute_importance", "evaluate_benchmark"} < rules
    page = ROOT / "docs/how_to/cluster.md"
    (profile,) = (block for _, block in blocks_of(page) if "set-resources" in block)
    assert set(profile["set-resources"]) == rules


def test_imports_go_down_the_table_of_the_map() -> None:
    """A package imports those above it in the table alone; commands, which people start, any."""
    text = (ROOT / "docs/explanation/architecture.md").read_text()
    table = text.partition("| package |")[2].partition("\n\n")[0]
    order = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert set(order) == {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    for file in LIBRARY.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if "def add_options(" in source or 'if __name__ == "__main__":' in source:
            continue
        package = file.relative_to(LIBRARY).parts[0]
        below = order[: order.index(package) + 1] if package in order else []
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchprof"):
                names = str(node.module).split(".")[1:2] or [own.name for own in node.names]
                assert {*names} & {*order} <= {*below}, f"{file}: {ast.unparse(node)}"


def test_files_and_tests_that_the_map_names_are_there() -> None:
    text = (ROOT / "docs/explanation/architecture.md").read_text()
    for name in re.findall(r"`((?:tests|workflow|benchprof|performance|resources)/[\w./]+)", text):
        path = ROOT / name.replace("benchprof/", f"{LIBRARY.relative_to(ROOT)}/", 1)
        assert path.exists() or "NAME" in name, name
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert f"def {test}(" in (ROOT / file).read_text(), test
    for test in re.findall(r"`(test_\w+)`", text):
        assert f"def {test}(" in (ROOT / "tests/unit/masks/test_ablation.py").read_text(), test


def test_links_between_files_lead_somewhere() -> None:
    """`make docs` checks those within docs/, and their anchors; these are all others too."""
    folders = ("config", "resources", "performance", ".github")
    more = [path for folder in folders for path in (ROOT / folder).rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*PAGES, *ROOT.glob("*.md"), *more]
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_pages_that_code_names_are_there() -> None:
    """In messages, comments and configurations; what pip wrote of an older README apart."""
    folders = ("workflow", "config", "slurm", "tests", "performance")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files = [path for path in found if path.parent.suffix != ".egg-info"]
    missing = set()
    for file in [ROOT / "Makefile", ROOT / "config.yaml", *files]:
        if file.suffix in {"", ".py", ".smk", ".yaml", ".jinja"}:
            named = set(re.findall(r"\bdocs/[\w/]+\.md\b", file.read_text("utf-8")))
            missing |= {f"{file.name}: {name}" for name in named if not (ROOT / name).exists()}
    # An archive of the tests has these two.
    assert missing <= {f"test_alterations.py: docs/{name}.md" for name in ("bomb", "text")}


def test_all_files_name_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]
    assert project["version"] == citation["version"] == newest == __version__
