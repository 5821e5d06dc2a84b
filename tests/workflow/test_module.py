"""The workflow as a module of another one, whose configuration holds this one's under a key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import ROOT
from tests.workflow.conftest import Project, counts_in

OUTER = """
rule all:
    input:
        "copied.json",


rule copy_sizes:
    input:
        "results/checks/tiny.json",
    output:
        "copied.json",
    shell:
        "cp {{input}} {{output}}"


module benchprof:
    snakefile:
        "{snakefile}"
    config:
        config["profiling"]


use rule * from benchprof as benchprof_*
"""


@pytest.fixture
def outer(project: Project) -> Project:
    """The tiny project, whose configuration is a part of another workflow's."""
    config = {"samples": ["a", "b"], "profiling": project.config}
    (project.folder / "config.yaml").unlink()
    (project.folder / "outer.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    text = OUTER.format(snakefile=ROOT / "Snakefile")
    (project.folder / "Snakefile").write_text('configfile: "outer.yaml"\n\n' + text)
    return project


def snakemake(project: Project, *arguments: str) -> str:
    """The outer workflow as its user would run it."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=project.folder, env=project.environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def planned(project: Project, *arguments: str) -> dict[str, int]:
    return counts_in(snakemake(project, *arguments, "-n", "--quiet", "reason"))


def test_the_outer_workflow_keeps_its_own_target(outer: Project) -> None:
    assert planned(outer) == {
        "all": 1,
        "copy_sizes": 1,
        "benchprof_check_sizes": 1,
        "benchprof_prepare_model": 1,
    }


def test_every_job_is_planned_under_its_prefix(outer: Project, tmp_path: Path) -> None:
    inner = {
        rule: count
        for rule, count in planned(outer, "benchprof_all").items()
        if rule.startswith("benchprof_")
    }
    assert inner["benchprof_evaluate_benchmark"] == 2
    # As the workflow itself plans them.
    alone = Project(tmp_path)
    config = yaml.safe_load((tmp_path / "outer.yaml").read_text())["profiling"]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    assert inner == {f"benchprof_{rule}": count for rule, count in alone.planned().items()}


@pytest.mark.parametrize("given", ["directive", "command"])
def test_a_job_runs_with_its_part_of_the_configuration(outer: Project, given: str) -> None:
    arguments: list[str] = []
    if given == "command":
        # Without a `configfile:`; a second file lies over the first.
        snakefile = outer.folder / "Snakefile"
        snakefile.write_text(snakefile.read_text().split("\n", 1)[1])
        (outer.folder / "more.yaml").write_text("profiling: {mask_fractions: [0.02]}\n")
        arguments = ["--configfile", "outer.yaml", "more.yaml"]
    snakemake(outer, "results/checks/tiny.json", *arguments)
    sizes = json.loads((outer.folder / "results/checks/tiny.json").read_text())
    (mask_fraction,) = sizes["n"]
    assert mask_fraction == ("0.02" if given == "command" else "0.01")
    assert sizes["n"][mask_fraction] == sizes["parameters"] * int(mask_fraction[-1]) // 100
    # Once made, nothing is left to do.
    assert planned(outer, "results/checks/tiny.json", *arguments) == {}


def test_a_fault_names_the_outer_file(outer: Project) -> None:
    file = outer.folder / "outer.yaml"
    file.write_text(file.read_text().replace("scope: mlp", "scope: heads"))
    with pytest.raises(AssertionError, match=r"outer\.yaml, scope: 'heads'; expected one of mlp"):
        snakemake(outer, "-n")
