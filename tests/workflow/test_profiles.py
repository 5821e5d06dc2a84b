"""The Slurm profile and shipped configurations, planned as on a login node without torch."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake_executor_plugin_slurm.partitions import get_best_partition, read_partition_file
from tests.conftest import ROOT
from tests.pages import blocks
from tests.workflow.conftest import Project

SIZED = ("compute_importance", "select_masks", "draw_controls", "evaluate_benchmark",
         "locate_masks", "compare_masks", "measure_core", "measure_stability")  # fmt: skip
logger = logging.getLogger(__name__)
LIBRARIES = ("torch", "transformers", "lm_eval", "datasets", "scipy")


@pytest.fixture
def login_node(tmp_path: Path) -> Project:
    """A checkout where importing a heavy library is an error."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (
        "Snakefile", "profiles", "workflow", "slurm", "resources", "config", "config.yaml",
    ):  # fmt: skip
        (folder / name).symlink_to(ROOT / name)
    for library in LIBRARIES:
        module = folder / f"no/{library}.py"
        module.parent.mkdir(exist_ok=True)
        module.write_text(f"raise ImportError('{library} on a login node')\n")
    return Project(folder)


def plan(project: Project, *arguments: str) -> str:
    environment = project.environment() | {"PYTHONPATH": str(project.folder / "no")}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", *arguments], cwd=project.folder,
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


# These have every kind of job but find_super. tests/unit/run/test_jobs has all files.
@pytest.mark.parametrize(
    "file",
    [
        "config.yaml", "config/heads.yaml", "config/cross_effects.yaml",
        "config/planted.yaml", "config/paper.yaml",
    ],
)  # fmt: skip
def test_a_shipped_configuration_is_planned(login_node: Project, file: str) -> None:
    # Whether programs may run is checked before anything is planned.
    unsafe = [] if shutil.which("bwrap") else ["--config", "run_code_unsafely=True"]
    planned = plan(login_node, "--profile", "slurm", "--configfile", file, *unsafe)
    assert "evaluate_benchmark" in planned


def test_the_paper_s_reproduction_is_planned(login_node: Project) -> None:
    """The pilot and the whole run of the page, whose counts of jobs the page says."""
    page = ROOT / "docs/how_to/reproduce_paper.md"
    unsafe = [] if shutil.which("bwrap") else ["--config", "run_code_unsafely=True"]
    names = ("pilot.yaml", "reproduction.yaml")
    for name, block in zip(names, blocks(page, "yaml"), strict=True):
        (login_node.folder / name).write_text(block.code)
        planned = plan(login_node, "--quiet", "rules", "--configfile", name, *unsafe)
        (total,) = set(re.findall(r"^total +(\d+)$", planned, re.MULTILINE))
        assert f"you should see {total}" in page.read_text().lower()


def resources(planned: str, rule: str) -> dict[str, str]:
    """What the first job of a rule asks for."""
    lines = planned.partition(f"rule {rule}:\n")[2].splitlines()
    line = next(line for line in lines if line.strip().startswith("resources:"))
    pairs = [entry.partition("=") for entry in line.split(":", 1)[1].split(", ")]
    return {name.strip(): value for name, _, value in pairs}


def partition(asked: dict[str, str]) -> str | None:
    """Where the profile sends a job that asks for this."""
    job = SimpleNamespace(name="", threads=8, resources=asked)
    return get_best_partition(read_partition_file(ROOT / "slurm/partitions.yaml"), job, logger)


def test_a_job_asks_for_what_the_model_s_size_needs(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    (project.folder / "slurm").symlink_to(ROOT / "slurm")
    card = project.folder / "results/models/tiny/model.json"
    content = card.read_text()

    def asked(**sizes: int) -> dict[str, dict[str, str]]:
        text = content
        for name, size in sizes.items():
            old = text.split(f'"{name}": ')[1].split(",")[0].split("\n")[0]
            text = text.replace(f'"{name}": {old}', f'"{name}": {size}')
        card.write_text(text)
        planned = project.run("-n", "--forceall", "--profile", "slurm", "--", "all", "analysis")
        sized = (rule for rule in (*SIZED, "evaluate_model") if f"rule {rule}:" in planned)
        return {rule: resources(planned, rule) for rule in sized}

    for rule, own in asked().items():
        least = 6000 if rule == "evaluate_benchmark" else 4000
        assert partition(own) == "cpu"
        assert int(own["mem_mb"]) == least, rule
        # The tiny model's device is the CPU.
        assert own.get("gpu", "0") == "0"

    def on_gpus(config: dict) -> None:
        config["models"]["tiny"] |= {"device": "auto", "dtype": "bfloat16"}

    project.configure(on_gpus)
    large = asked(parameters=8_000_000_000, mlp=5_600_000_000)
    # On a GPU the host holds the weights while they are loaded, then an ability's scores.
    assert large["compute_importance"]["mem_mb"] == str(4000 + 22400)
    # 2 abilities' masks and 2 random ones of 80 million entries of four bytes.
    assert large["evaluate_benchmark"]["mem_mb"] == str(6000 + 16000 + 4 * 320)
    assert large["draw_controls"]["mem_mb"] == str(4000 + 16000 + 5600 + 4 * 160)
    assert large["evaluate_benchmark"]["runtime"] == str(120 + 30 * 8)
    assert partition(large["evaluate_benchmark"]) == "gpu"
    assert partition(large["select_masks"]) == "cpu"
    # The paper's mask fractions add up to 0.01365.
    assert large["measure_core"]["mem_mb"] == str(4000 + round(4 * 2 * 80 * 1.365))
    assert large["compare_masks"]["mem_mb"] == str(4000 + 8 * 2 * 80)
    assert large["measure_stability"]["mem_mb"] == str(4000 + 22400 + 8 * 2 * 80)
    assert partition(large["measure_stability"]) == "gpu"
    assert {own["nodes"] for own in large.values()} == {"1"}
    assert large["evaluate_benchmark"]["gpu"] == large["compute_importance"]["gpu"] == "1"
    project.configure(lambda config: config.update(evaluation_job="model"))
    whole = asked(parameters=8_000_000_000, mlp=5_600_000_000)["evaluate_model"]
    # Requests of a second benchmark, and time for it.
    assert whole["mem_mb"] == str(6000 + 300 + 16000 + 4 * 320)
    assert whole["runtime"] == str(120 + 30 + (30 + 10) * 8)
    assert (whole["gpu"], partition(whole)) == ("1", "gpu")
    project.configure(lambda config: config.pop("evaluation_job"))
    # Split over two, with as many of everything else.
    project.configure(lambda config: config["models"]["tiny"].update(gpus=2))
    split = asked(parameters=8_000_000_000, mlp=5_600_000_000)
    asks = {rule for rule, own in split.items() if own.get("gpu", "0") == "2"}
    assert asks == {"evaluate_benchmark", "compute_importance", "measure_stability"}
