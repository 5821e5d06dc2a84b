"""The environments agree, digests hold all code, and the library knows nothing of Snakemake."""

from __future__ import annotations

import ast
import contextlib
import functools
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.conftest import ROOT
from tests.workflow.conftest import Project, counts_in

from benchprof import codebase
from benchprof.run.jobs.analysis import MeasureCore
from benchprof.run.jobs.figures import FIGURES
from benchprof.run.run import Run

LIBRARY = ROOT / "workflow/scripts"
# What a stage's job imports and what decides none of its numbers: where these come from and go to,
# what identifies them by content, how memory is taken, and what can only stop a job.
NO_NUMBERS = {
    "benchprof.codebase", "benchprof.data", "benchprof.digests", "benchprof.errors",
    "benchprof.evaluation.faults", "benchprof.evaluation.fields", "benchprof.expansion",
    "benchprof.files", "benchprof.importance.faults",
    "benchprof.jsonl", "benchprof.masks.mask", "benchprof.models.allocation",
    "benchprof.models.architecture", "benchprof.models.card", "benchprof.models.causality",
    "benchprof.models.checkpoint",
    "benchprof.models.conversion", "benchprof.models.device", "benchprof.models.gguf_metadata",
    "benchprof.models.fetching", "benchprof.models.folder", "benchprof.models.hub",
    "benchprof.models.placement", "benchprof.models.preparation", "benchprof.models.prepared",
    "benchprof.models.source",
    "benchprof.models.weight_file", "benchprof.models.wheel", "benchprof.origin",
    "benchprof.portable",
    "benchprof.provenance", "benchprof.runs", "benchprof.run.ablation",
    "benchprof.run.configuration", "benchprof.section",
    "benchprof.sharing", "benchprof.store", "benchprof.tasks.catalogue", "benchprof.tasks.own_code",
    "benchprof.tensors", "benchprof.uses", "benchprof.yaml_files",
}  # fmt: skip
ABLATION = "benchprof.run.ablation"
"""Names of masks, which are no numbers; and which masks are compared, which two stages list."""


def test_the_conda_environment_is_in_step_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "envs/benchprof.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == project["dependencies"]
    assert f"python {project['requires-python']}" in environment["dependencies"]


def test_the_lock_pins_all_that_pyproject_wants_within_its_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    pinned: dict[str, list[str]] = {}
    lines = (ROOT / "envs/requirements.lock").read_text().splitlines()
    for number, line in enumerate(lines):
        if line[:1].isalnum():
            name, _, version = line.partition(" ")[0].partition("==")
            pinned.setdefault(canonicalize_name(name), []).append(version)
            assert lines[number + 1].strip().startswith("--hash=sha256:"), line
    for requirement in map(Requirement, wanted):
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_an_installation_takes_the_versions_of_the_lock() -> None:
    """Those of the packages that a build of torch brings are left to that build."""
    locked = (ROOT / "envs/requirements.lock").read_text().splitlines()
    pinned = [line.removesuffix(" \\") for line in locked if line[:1].isalnum()]
    brought = ("cuda-", "nvidia-", "triton==")
    constraints = (ROOT / "envs/constraints.txt").read_text().splitlines()
    assert [line for line in constraints if line[:1] != "#"] == [
        line for line in pinned if not line.startswith(brought)
    ]
    done = subprocess.run(
        ["make", "-n", "-B", ".venv/installed"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "--constraint envs/constraints.txt" in done.stdout


def test_the_annotation_environment_has_the_ranges_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "envs/annotation.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    known = project["dependencies"] + project["optional-dependencies"]["annotation"]
    assert set(pip) <= set(known)
    assert f"python {project['requires-python']}" in environment["dependencies"]


def test_the_container_s_commands_plan_a_run_of_the_mounted_folder(project: Project) -> None:
    """Its folder of the project is this checkout here, and the mounted one a tiny project's."""
    text = (ROOT / "envs/Containerfile").read_text()
    (documented,) = re.findall(r"^#   podman run .* (snakemake .*)$", text, re.MULTILINE)
    (default,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    for words in (shlex.split(documented), json.loads(default)):
        command = [word.replace("/opt/benchprof", str(ROOT)) for word in words]
        done = subprocess.run(
            [sys.executable, "-m", *command, "-n"], cwd=project.folder, env=project.environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert counts_in(done.stdout)["prepare_model"] == 1


def test_the_library_never_imports_snakemake() -> None:
    for module in (ROOT / "workflow/scripts/benchprof").rglob("*.py"):
        # Also within a function.
        text = module.read_text()
        assert not re.search(r"^\s*(?:import|from) snakemake", text, re.MULTILINE), module


def test_a_login_node_needs_no_torch() -> None:
    code = (
        "import sys; import benchprof.run.declared, benchprof.run.inputs, benchprof.codebase;"
        "[benchprof.codebase.digest_of(s) for s in benchprof.codebase.MODULES];"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (
            ["calibration.job", "profile.job", "replication.table", "report.caveats",
             "report.manifest", "report.matrix", "report.methods", "report.page",
             "report.paper_tables", "report.summary",
             *(f"report.figures.{job.module}" for job in FIGURES)],
            "torch",
        ),
        (["importance.levels", "masks.job", "masks.listed", "masks.stored"],
         "transformers.modeling_utils"),
    ],
    ids=["torch", "models of transformers"],
)  # fmt: skip
def test_a_job_that_loads_no_model_does_not_wait_for_the_libraries_that_do(
    modules: Sequence[str], absent: str
) -> None:
    imported = ", ".join(f"benchprof.{module}" for module in modules)
    code = f"import sys; import {imported}; sys.exit({absent!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=LIBRARY, check=False)
    assert done.returncode == 0


def distributions_behind(requirements: Sequence[str]) -> set[str]:
    """What pip would install for some requirements, by its name: with all that those require."""
    found, waiting = set(), [Requirement(own) for own in requirements]
    while waiting:
        own = waiting.pop()
        name, extras = canonicalize_name(own.name), ["", *own.extras]
        if (name, *extras) in found:
            continue
        found.add((name, *extras))
        with contextlib.suppress(metadata.PackageNotFoundError):
            asked = map(Requirement, metadata.requires(name) or [])
            waiting += [
                more
                for more in asked
                if not more.marker or any(more.marker.evaluate({"extra": own}) for own in extras)
            ]
    return {name for name, *_ in found}


def test_annotations_need_no_more_than_their_environment_has() -> None:
    """Every package that pip would not install there is made absent here, and the script runs."""
    environment = yaml.safe_load((ROOT / "envs/annotation.yaml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    there = distributions_behind(pip)
    absent = {
        module
        for module, owners in metadata.packages_distributions().items()
        if not there & set(map(canonicalize_name, owners)) and module != "benchprof"
    }
    assert {"torch", "transformers", "lm_eval", "datasets"} <= absent
    code = f"""
import sys

class Absent:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {sorted(absent)}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
sys.path.insert(0, "workflow/scripts")
import benchprof.run.script, benchprof.annotation.agreement
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def file_of(module: str) -> Path:
    path = LIBRARY / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def running_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only a type checker reads."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from running_nodes(child)


@functools.cache
def imported(module: str) -> set[str]:
    """The modules of the library that one imports, however it names them."""
    found = set()
    for node in running_nodes(ast.parse(file_of(module).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchprof"):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in {node.module, *names} if file_of(str(name)).is_file()}
    return found - {"benchprof"}


def behind(module: str) -> set[str]:
    """All that it imports, and what that imports."""
    seen, waiting = set(), {module}
    while waiting:
        seen |= waiting
        waiting = set().union(*map(imported, waiting)) - seen
    return seen - {module}


@pytest.mark.parametrize(
    ("stage", "others"),
    [
        # Losses without units have a digest of their own, which importances that are made of them
        # carry. The type of a mask's entries.
        (
            "importance",
            {
                "benchprof.scoring.generation",
                "benchprof.scoring.generation_settings",
                "benchprof.masks.threshold",
            }
            | {*codebase.MODULES["knock_outs"]} - {*codebase.MODULES["importance"]},
        ),
        # What is read of a record: its code is in the evaluations' digest, which made it. And which
        # packages it names, which is no number.
        ("calibration", {"benchprof.evaluation.record", "benchprof.profile.software"}),
        ("profile", {"benchprof.evaluation.record"}),
        # The weights that random masks are matched to: their dtype is the configuration's.
        # What tells how active units are has a digest of its own, which controls of units carry.
        (
            "masks",
            {"benchprof.models.loading", "benchprof.scoring.rotary", *codebase.MODULES["levels"]}
            - {*codebase.MODULES["masks"]},
        ),
        # The type of a mask's entries; and of means of units the digest is in their keys.
        (
            "evaluation",
            {"benchprof.masks.threshold", *codebase.MODULES["levels"]}
            - {*codebase.MODULES["evaluation"]},
        ),
    ],
)
def test_every_module_behind_numbers_is_in_a_digest(stage: str, others: set[str]) -> None:
    """A module that is in none could be edited, and what it made would not be made again."""
    listed = set(codebase.MODULES[stage])
    assert unlisted(f"benchprof.{stage}.job", listed) == others
    assert not (NO_NUMBERS - {ABLATION}) & listed
    assert (ABLATION in listed) == (stage in {"calibration", "profile"})


def test_what_lists_masks_is_in_their_digest() -> None:
    """The type of their entries is not."""
    found = unlisted("benchprof.masks.listed", {*codebase.MODULES["listed"]})
    assert found == {"benchprof.masks.threshold"}


def test_what_decides_losses_without_units_is_in_their_digest() -> None:
    listed = set(codebase.MODULES["knock_outs"])
    # What an example's digest stands for, the type of a mask's entries, and what only passes with
    # gradients and written answers go through.
    texts = {"example", "items"} | {own.rpartition(".")[2] for own in codebase.MODULES["levels"]}
    others = {own.rpartition(".")[2] for own in unlisted("benchprof.importance.knock_outs", listed)}
    assert others <= {*texts, "threshold", "choices", "generation", "generation_settings"}


def unlisted(module: str, listed: set[str]) -> set[str]:
    """A module and all behind it that can change numbers and is not listed."""
    return {
        own
        for own in {module} | behind(module)
        # A package that is listed, here or in NO_NUMBERS, stands for its modules; the others'
        # __init__ are empty.
        if not {own, own.rpartition(".")[0]} & (listed | NO_NUMBERS)
        if file_of(own).name != "__init__.py" or file_of(own).read_text().count("import")
    }


def test_what_makes_form_is_in_the_digest_of_selectivity_and_of_nothing_dear() -> None:
    listed = {*codebase.MODULES["analysis"], *codebase.MODULES["selectivity"]}
    assert not unlisted("benchprof.analysis.selectivity", listed)
    form = {"benchprof.profile.form", "benchprof.profile.form_columns", "benchprof.profile.reason"}
    assert not form & behind("benchprof.calibration.job")
    # `stability` computes importance.
    assert not form & {*codebase.MODULES["calibration"], *codebase.MODULES["analysis"]}


def test_what_decides_the_core_is_in_its_digests() -> None:
    """Of the masks it is the `top` ones, which importance does not depend on."""
    stages = ("analysis", "masks", "importance")
    listed = set().union(*(codebase.MODULES[stage] for stage in stages))
    assert not unlisted("benchprof.analysis.core", listed)
    run = Run.of(yaml.safe_load((ROOT / "tests/config.yaml").read_text()))
    own = MeasureCore(run, run.models[0]).settings
    assert own["masks"] == codebase.digest_of("masks")


def test_what_finds_super_sets_is_in_their_digest() -> None:
    listed = {*codebase.MODULES["super"]}
    # What makes an example of an item, and what scores one again to find a fault.
    of_items = {"abilities.item", "abilities.prompt", "scoring.chat", "scoring.thinking"}
    of_scores = {"attributions", "checkpointing", "gradients", "item_gradients",
                 "memory", "scores"}  # fmt: skip
    others = (
        of_items
        | {f"importance.{name}" for name in of_scores}
        | {"models.linear", "scoring.obstacle"}
    )
    assert unlisted("benchprof.masks.super_job", listed) == {f"benchprof.{own}" for own in others}
    assert not NO_NUMBERS & listed


def test_what_draws_halves_is_in_their_digest() -> None:
    """Of `stability` and `replication`, whose rules name it; masks may come from the store."""
    listed = {*codebase.MODULES["halves"]} - {"benchprof.masks.stored"}
    used = behind("benchprof.analysis.stability_job") | behind("benchprof.replication.masks")
    used |= {"benchprof.replication.masks"}
    assert {name for name in used if name.startswith("benchprof.replication.")} == listed


def test_what_words_agreement_is_in_its_digest() -> None:
    used = behind("benchprof.annotation.agreement")
    shown = {name for name in used if name.startswith("benchprof.report.")}
    listed = codebase.MODULES["annotation"]
    assert shown == {name for name in listed if name.startswith("benchprof.report.")}


@pytest.mark.parametrize(
    ("module", "stages"),
    [
        ("benchprof.validation.recovery", ("recovery",)),
        ("benchprof.reading.job", ("reading", "profile", "evaluation")),
    ],
)
def test_what_a_job_does_is_in_its_digests(module: str, stages: Sequence[str]) -> None:
    listed = set().union(*(codebase.MODULES[stage] for stage in stages))
    # Of means of units the digest is in their keys; an item's type, and that of a mask's entries.
    of_means = {"abilities.prompt", "importance.example", "importance.items", "importance.levels",
                "models.inputs"}  # fmt: skip
    others = {f"benchprof.{own}" for own in {*of_means, "abilities.item", "masks.threshold"}}
    assert unlisted(module, listed) <= others


def test_plotting_code_is_in_no_expensive_digest() -> None:
    for stage in ("importance", "masks", "evaluation"):
        modules = codebase.MODULES[stage]
        assert not any("report" in name or "profile" in name for name in modules)
