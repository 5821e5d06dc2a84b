"""A score, a rule, a figure or a benchmark is added in two files, and makes nothing anew.

Each is really added to a copy of the tree. A plan of the copy then has the same settings and the
same keys of the store as one of the tree, for all that does not use what was added.
"""

from __future__ import annotations

import copy
import filecmp
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT
from tests.workflow.conftest import make_project

from benchprof.jobs.all import EVERY

LIBRARY = "workflow/scripts/benchprof"
PLAN = """
import ast, functools, json, sys
from benchprof import codebase, digests
from benchprof.jobs.all import jobs_of
from benchprof.masks.origin import code_digest
from benchprof.run.run import Run

digests.of_source = functools.cache(digests.of_source)


def plan(config):
    run = Run.of(config)
    # An archive holds the code itself.
    return {
        " ".join([job.rule, *job.wildcards.values()]): {
            "settings": job.settings,
            "read": sorted(map(str, job.read)),
            "written": sorted(map(str, job.written)),
        }
        for job in jobs_of(run)
        if job.rule != "write_archive"
    }


def keys():
    found = {rule: code_digest(rule) for rule in ("top", "contrastive", "core", "bottom")}
    for file in codebase.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "codebase.digest_of":
                if not any(isinstance(own, ast.Starred) for own in node.args):
                    found[ast.unparse(node)] = eval(ast.unparse(node))
    return found


print(json.dumps([keys(), *map(plan, json.load(sys.stdin))]))
"""
"""Plans of configurations, and every digest of code in a key of the store."""
Config = dict[str, Any]
Plan = dict[str, dict[str, Any]]
STAGES = {kind.rule for kind in EVERY if kind.timed}


def insert(file: Path, before: str, text: str) -> None:
    source = file.read_text()
    assert source.count(before) == 1
    file.write_text(source.replace(before, text + before))


def add_source(tree: Path, key: str, keywords: str = "") -> None:
    with (tree / LIBRARY / "report/references.bib").open("a") as file:
        file.write(f"\n@misc{{{key},\n  title = {{Another}}{keywords}\n}}\n")


def add_score(tree: Path) -> None:
    entry = (
        '        "another": Score(\n            signed=False,\n            absolute="each",\n'
        '            phrase="the mean of |{s}|",\n            source="@another2030",\n        ),\n'
    )
    insert(tree / LIBRARY / "importance/score.py", '        "taylor": Score(', entry)
    add_source(tree, "another2030")


def add_rule(tree: Path) -> None:
    module, rules = tree / LIBRARY / "masks/rule.py", tree / LIBRARY / "masks/rules"
    insert(module, "RULES: Mapping", 'class Another(Bottom):\n    """Another."""\n\n\n')
    insert(module, '"top": Top,', '"another": Another, ')
    (rules / "another.py").write_text((rules / "bottom.py").read_text())


def add_figure(tree: Path) -> None:
    figures = tree / LIBRARY / "report/figures"
    source = (figures / "forest.py").read_text()
    source = source.replace('name="forest"', 'name="another"').replace("place=2", "place=8")
    (figures / "another.py").write_text(source)
    (tree / "workflow/report/another.rst").write_text("Another of {{ snakemake.wildcards.model }}")


def add_benchmark(tree: Path) -> None:
    folder = tree / LIBRARY / "data/benchmarks"
    definition = (folder / "piqa.yaml").read_text().replace("title: PIQA", "title: Another")
    (folder / "another.yaml").write_text(definition)
    add_source(tree, "another2030", ",\n  keywords = {benchmark:another}")


@dataclass(frozen=True)
class Addition:
    """An addition to the tree.

    Attributes:
        add: makes it.
        use: changes a configuration so that it is used.
        new: some of the jobs that only a run with it has.
        again: the stages of which a run that begins to use it makes finished jobs again.
        always: what every run makes again.
    """

    add: Callable[[Path], None]
    use: Callable[[Config], object]
    new: set[str]
    again: set[str]
    always: frozenset[str] = frozenset()


ADDITIONS = {
    "score": Addition(
        add_score,
        lambda config: config["importance"].update(score="another"),
        new=set(),
        again={"compute_importance"},
    ),
    "rule": Addition(
        add_rule,
        lambda config: config["selections"].update(another={}),
        new={"select_masks one another", "draw_controls one another"},
        # The store has the answers under the other masks.
        again={"evaluate_calibration", "evaluate_benchmark", "compute_profile"},
    ),
    # It is in every run, whose page and manifest show it.
    "figure": Addition(
        add_figure,
        lambda _: None,
        new={"plot_another one top 0.001"},
        again=set(),
        always=frozenset({"write_report", "write_manifest"}),
    ),
    "benchmark": Addition(
        add_benchmark,
        lambda config: config["benchmarks"].update(another={"benchmark": "another", "limit": 8}),
        new={"evaluate_benchmark one another"},
        again={"compute_profile"},
    ),
}


@pytest.fixture(scope="module")
def config() -> Config:
    """A run with every job of the default target: two of all that there can be several of."""
    config: Config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    model = next(iter(config["models"].values()))
    config["models"] = {name: copy.deepcopy(model) for name in ("one", "other")}
    abilities = list(config["abilities"])[:2]
    config["abilities"] = {name: config["abilities"][name] for name in abilities}
    config["benchmarks"] = {"piqa": {"benchmark": "piqa", "limit": 8}} | {
        f"{name}_test": {"ability": name, "split": "test", "limit": 8} for name in abilities
    }
    config["selections"]["top"] = {"without_super": True}
    config["mask_fractions"] = [0.001, "calibrated"]
    return config


def plans_of(tree: Path, *configs: Config) -> list[Plan]:
    """The keys of the store, and the plan of each configuration, by the library of a tree."""
    done = subprocess.run(
        [sys.executable, "-c", PLAN], input=json.dumps(configs), cwd=ROOT, text=True,
        env=os.environ | {"PYTHONPATH": str(tree / "workflow/scripts")}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    plans: list[Plan] = json.loads(done.stdout.replace(str(tree), str(ROOT)))
    return plans


@pytest.fixture(scope="module")
def before(config: Config) -> list[Plan]:
    return plans_of(ROOT, config)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    shutil.copytree(
        ROOT / "workflow", folder / "workflow", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy2(ROOT / "Snakefile", folder)
    return folder


def touched(tree: Path) -> list[str]:
    """The files of a copy that the tree does not have, or not with this content."""
    files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file()]
    return [
        file.as_posix()
        for file in sorted(files)
        if not (ROOT / file).is_file() or not filecmp.cmp(tree / file, ROOT / file, shallow=False)
    ]


def made_again(one: Plan, other: Plan) -> set[str]:
    """Rules of the jobs of both plans that differ."""
    return {job.split()[0] for job in one.keys() & other.keys() if one[job] != other[job]}


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_is_two_files_and_makes_nothing_anew(
    name: str, tree: Path, config: Config, before: list[Plan]
) -> None:
    addition = ADDITIONS[name]
    addition.add(tree)
    assert len(touched(tree)) == 2, touched(tree)
    used = copy.deepcopy(config)
    addition.use(used)
    keys, without, with_it = plans_of(tree, config, used)
    keys_before, plan_before = before
    assert len(keys) > 10
    assert keys == keys_before
    assert made_again(plan_before, without) == addition.always
    assert made_again(plan_before, with_it) & STAGES == addition.again
    assert addition.new <= with_it.keys() - plan_before.keys()


def test_the_workflow_plans_what_was_added(tree: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    item = {"goal": "To go", "sol1": "Go.", "sol2": "Stay.", "label": 0}
    (project.folder / "piqa.jsonl").write_text(json.dumps(item) + "\n")
    project.configure(lambda config: config.update(benchmark_data="."))
    for addition in ADDITIONS.values():
        addition.add(tree)
        project.configure(addition.use)
    planned = project.planned("-s", str(tree / "Snakefile"))
    # Two selections, three benchmarks.
    assert planned["plot_another"] == planned["select_masks"] == 2
    assert planned["evaluate_benchmark"] == 3
