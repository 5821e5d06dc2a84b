"""What runs again after a change, and what does not: the lines of docs/reference/reruns.md.

test_run.py, test_methods.py and test_shipped.py have the others.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT, tiny_model
from tests.workflow import account
from tests.workflow.account import other_account
from tests.workflow.conftest import Project
from tests.workflow.stages import evaluate, run_jobs, score

from benchprof import codebase
from benchprof import store as store_module
from benchprof.inventory import entries_of
from benchprof.models.preparation import prepare_model
from benchprof.pruning import prune
from benchprof.store import Store
from benchprof.tasks import requests

PROFILE = {"compute_profile"}
MASKS = PROFILE | {"select_masks", "draw_controls", "evaluate_benchmark"}
STAGES = MASKS | {"prepare_model", "check_sizes", "compute_importance"}
Config = dict[str, Any]


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    return finished.copy(tmp_path / "copy")


def stages(planned: dict[str, int]) -> set[str]:
    """The rules planned, less figures, tables and texts, which are made again in seconds."""
    return set(planned) & STAGES


def edit_item(project: Project, file: str, number: int) -> None:
    path = project.folder / f"items/places/{file}.jsonl"
    items = [json.loads(line) for line in path.read_text().splitlines()]
    items[number]["question"] += " Which?"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_a_changed_train_item_concerns_its_ability_alone(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(12):
        edit_item(project, "train", number)
    assert stages(project.planned()) == MASKS | {"compute_importance"}
    caplog.set_level(logging.INFO)
    score(project, Store(project.folder / "store"))
    assert "1 reused, 1 computed" in caplog.text


def test_a_changed_test_item_concerns_its_benchmark_alone(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    record = project.folder / "results/evaluations/tiny/places_test/intact.json"
    edit_item(project, "test", json.loads(record.read_text())["items"]["index"][0])
    planned = project.planned()
    assert planned["evaluate_benchmark"] == 1
    assert stages(planned) == PROFILE | {"evaluate_benchmark"}
    caplog.set_level(logging.INFO)
    evaluate(project, Store(project.folder / "store"))
    assert "0 reused, 5 computed" in caplog.text


def test_a_changed_calibration_item_is_noted_and_that_is_all(project: Project) -> None:
    edit_item(project, "calibration", 0)
    planned = project.planned()
    assert stages(planned) == set()
    assert "write_manifest" in planned


def test_an_added_control_seed_is_drawn_and_evaluated_alone(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.configure(lambda config: config["controls"]["random"].update(seeds=[1, 2, 3]))
    assert stages(project.planned()) == PROFILE | {"draw_controls", "evaluate_benchmark"}
    caplog.set_level(logging.INFO)
    drawn = "results/masks/tiny/all_abilities/contrastive-random-3_0.01.safetensors"
    run_jobs(project, drawn, "results/evaluations/tiny/places_test/intact.json")
    assert "places_test: 5 reused, 1 computed" in caplog.text


def test_an_added_model_runs_alone(project: Project) -> None:
    shutil.copytree(project.folder / "tiny", project.folder / "second")
    second = {"source": {"folder": "second"}, "dtype": "float32", "device": "cpu"}
    project.configure(lambda config: config["models"].update(second=second))
    planned = project.planned()
    # One of each, and two benchmarks: the first model's jobs are not among them.
    assert planned["prepare_model"] == planned["compute_importance"] == 1
    assert planned["select_masks"] == planned["draw_controls"] == 1
    assert planned["evaluate_benchmark"] == 2
    # Two models have a similarity.
    assert planned["plot_similarity"] == 1


def test_another_revision_is_another_model(project: Project) -> None:
    source = {"hub": "someone/model", "revision": "a" * 40}
    project.configure(lambda config: config["models"]["tiny"].update(source=source))
    # As if it had all been made from this commit, for nothing can be fetched here.
    project.run("--touch")
    assert not project.planned()
    source["revision"] = "b" * 40
    project.configure(lambda config: config["models"]["tiny"].update(source=source))
    assert stages(project.planned()) == STAGES


def raise_a_benchmark_s_limit(config: Config) -> None:
    config["benchmarks"]["places_test"]["limit"] = 10


def raise_the_importance_s_limit(config: Config) -> None:
    config["importance"]["limit"] = 6


def change_the_metric(config: Config) -> None:
    config["profile"]["metric"] = "acc"


def change_the_device(config: Config) -> None:
    config["models"]["tiny"]["device"] = "auto"


def change_the_gpus(config: Config) -> None:
    config["models"]["tiny"] |= {"device": "auto", "gpus": 2}


def keep_scores_on_the_host(config: Config) -> None:
    config["models"]["tiny"]["scores_on_host"] = True


def change_the_store(config: Config) -> None:
    config["store"] = "another"


def change_the_impact(config: Config) -> None:
    config["profile"]["impact"] = "relative"


def remove_a_control_seed(config: Config) -> None:
    config["controls"]["random"]["seeds"] = [1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (raise_a_benchmark_s_limit, PROFILE | {"evaluate_benchmark"}),
        (raise_the_importance_s_limit, MASKS | {"compute_importance"}),
        (change_the_metric, PROFILE),
        (change_the_impact, PROFILE),
        # Where it is computed is in no key: the store has it all.
        (change_the_device, MASKS | {"compute_importance"}),
        (change_the_gpus, MASKS | {"compute_importance"}),
        (keep_scores_on_the_host, MASKS | {"compute_importance"}),
        (change_the_store, STAGES),
        (remove_a_control_seed, PROFILE | {"draw_controls", "evaluate_benchmark"}),
    ],
)
def test_a_changed_setting_runs_what_depends_on_it(
    project: Project, change: Callable[[Config], None], expected: set[str]
) -> None:
    project.configure(change)
    planned = project.planned()
    assert stages(planned) == expected
    if change is raise_a_benchmark_s_limit:
        assert planned["evaluate_benchmark"] == 1


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A second checkout's files, to be edited."""
    folder = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "profiles"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy2(ROOT / "Snakefile", folder)
    return folder


def planned_by(tree: Path, project: Project) -> dict[str, int]:
    """The jobs that a dry-run of another checkout plans.

    Less the `input` trigger, which sees that the checkout's own files have another path.
    """
    snakefile = ["-s", str(tree / "Snakefile")]
    profile = ["--workflow-profile", str(tree / "profiles/default")]
    triggers = ["--rerun-triggers", "mtime", "params"]
    return project.planned(*snakefile, *profile, *triggers)


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("benchprof/report/page.py", {"write_report"}),
        ("benchprof/report/style.py", {"plot_impact"}),
        ("benchprof/analysis/overlap.py", {"compare_masks", "write_report"}),
        ("benchprof/profile/impact.py", PROFILE),
        ("benchprof/scoring/scorer.py", PROFILE | {"evaluate_benchmark"}),
        ("benchprof/masks/threshold.py", MASKS),
        ("benchprof/importance/loss.py", MASKS | {"compute_importance"}),
        # Which items are scored, and how.
        ("benchprof/importance/job.py", MASKS | {"compute_importance"}),
        ("benchprof/evaluation/job.py", PROFILE | {"evaluate_benchmark"}),
        # Where numbers come from and go to, not what they are.
        ("benchprof/store.py", set()),
        ("job.py", set()),
    ],
)
def test_edited_code_runs_what_its_numbers_are_in(
    project: Project, tree: Path, module: str, expected: set[str]
) -> None:
    with (tree / "workflow/scripts" / module).open("a") as file:
        file.write("\nEDITED = True\n")
    planned = planned_by(tree, project)
    assert expected <= set(planned)
    assert stages(planned) == expected & STAGES
    if not expected:
        assert not planned


def test_jobs_run_the_library_of_their_own_checkout(finished: Project, tree: Path) -> None:
    """Also where the environment has another checkout's: two folders may share one."""
    project = finished.copy(tree.parent / "alone")
    shutil.copytree(ROOT / "envs", tree / "envs")
    with (tree / "workflow/scripts/benchprof/masks/size.py").open("a") as file:
        file.write("\n_check = check_sizes\n\n\ndef check_sizes(**own):\n    _check(**own)\n"
                   "    Path('library').write_text(__file__)\n")  # fmt: skip
    assert str(ROOT / "workflow/scripts") in project.environment()["PYTHONPATH"]
    (project.folder / "results/checks/tiny.json").unlink()
    project.run("-s", str(tree / "Snakefile"), "results/checks/tiny.json")
    imported = Path((project.folder / "library").read_text())
    assert imported == tree / "workflow/scripts/benchprof/masks/size.py"


def test_edited_comments_and_docstrings_run_nothing(project: Project, tree: Path) -> None:
    for module in (tree / "workflow/scripts").rglob("*.py"):
        text = module.read_text().replace('"""', '"""So it was said: ', 1)
        module.write_text(text + "\n# edited\n")
    assert not planned_by(tree, project)


def test_another_environment_file_runs_nothing(project: Project, tree: Path) -> None:
    """Its versions matter to `--sdm conda` alone, and then Snakemake sees them."""
    shutil.copytree(ROOT / "envs", tree / "envs")
    with (tree / "envs/benchprof.yaml").open("a") as file:
        file.write('      - "einops"\n')
    assert not planned_by(tree, project)


@pytest.mark.parametrize(
    ("module", "evaluated", "scored"),
    [
        ("codebase", "5 reused, 0 computed", "2 reused, 0 computed"),
        ("sampling", "0 reused, 5 computed", "0 reused, 2 computed"),
        ("scoring.scorer", "0 reused, 5 computed", "2 reused, 0 computed"),
        ("importance.scores", "5 reused, 0 computed", "0 reused, 2 computed"),
    ],
)
def test_edited_code_computes_what_it_decides(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    module: str,
    evaluated: str,
    scored: str,
) -> None:
    """What a dry-run plans also computes, if what decides its numbers was edited."""
    real = codebase._read
    monkeypatch.setattr(
        codebase, "_read", lambda name: real(name) + b"edited = True" * (name == module)
    )
    caplog.set_level(logging.INFO)
    evaluate(project, Store(project.folder / "store"))
    score(project, Store(project.folder / "store"))
    assert evaluated in caplog.text
    assert scored in caplog.text


def test_a_raised_limit_computes_a_larger_sample_that_holds_the_smaller(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project.configure(raise_a_benchmark_s_limit)
    record = project.folder / "results/evaluations/tiny/places_test/intact.json"
    smaller = json.loads(record.read_text())["items"]["index"]
    larger = evaluate(project, Store(project.folder / "store"))["intact"]
    assert "0 reused, 5 computed" in caplog.text
    assert len(smaller) == 8
    index = json.loads(larger.read_text())["items"]["index"]
    assert len(index) == 10
    assert set(smaller) < set(index)
    project.configure(raise_the_importance_s_limit)
    score(project, Store(project.folder / "store"))
    assert "0 reused, 2 computed" in caplog.text


def test_other_weights_use_nothing_of_the_store(
    project: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tiny_model("llama", seed=1).save_pretrained(project.folder / "tiny")
    folder = tmp_path / "prepared/tiny"
    prepare_model({"folder": str(project.folder / "tiny")}, folder, Store(tmp_path / "models"))
    caplog.set_level(logging.INFO)
    evaluate(project, Store(project.folder / "store"), folder)
    score(project, Store(project.folder / "store"), folder)
    assert "0 reused, 5 computed" in caplog.text
    assert "0 reused, 2 computed" in caplog.text


def test_another_lm_eval_evaluates_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    evaluate(project, Store(project.folder / "store"))
    assert "5 reused, 0 computed" in caplog.text
    monkeypatch.setattr(requests, "version", lambda _: "0.4.99")
    evaluate(project, Store(project.folder / "store"))
    assert "0 reused, 5 computed" in caplog.text


def test_a_fresh_clone_elsewhere_over_old_results_and_a_shared_store(
    finished: Project, open_folder: Path
) -> None:
    """Every file is newer than the results, and the folder, Snakemake's records and the account
    are others; both accounts have the umask 022."""
    project = Project(finished.copy(open_folder / "clone").folder, other_account())
    before = (project.folder / "results/profiles/impact.csv").read_bytes()
    subprocess.run(["rm", "-r", project.folder / ".snakemake"], check=True)
    (project.folder / "store").rename(open_folder / "store")
    project.configure(lambda config: config.update(store=str(open_folder / "store")))
    for path in (project.folder / "items").rglob("*.jsonl"):
        os.utime(path)
    for path in (project.folder / "results/models/tiny").iterdir():
        # To the model, which lies where the other account may read it.
        if path.is_symlink():
            path.unlink()
            path.symlink_to(project.folder / "tiny" / path.name)
    for path in (project.folder, *project.folder.rglob("*")):
        os.chown(path, account.NUMBER, account.NUMBER, follow_symlinks=False)
    project.run("results/profiles/impact.csv")
    assert "2 reused, 0 computed" in project.log("compute_importance/tiny.log")
    for benchmark in ("colours_test", "places_test"):
        assert "5 reused, 0 computed" in project.log(f"evaluate_benchmark/tiny/{benchmark}.log")
    impact = project.folder / "results/profiles/impact.csv"
    assert impact.read_bytes() == before
    assert impact.stat().st_uid == account.NUMBER


def test_a_run_s_notes_name_its_configuration(finished: Project, tmp_path: Path) -> None:
    """By which its entries are known to be used: none of them is pruned."""
    project = finished.copy(tmp_path / "copy")
    shutil.rmtree(project.folder / "results")
    store = project.folder / "store"
    entries = entries_of(store)
    # Importance, masks and answers.
    assert len(entries) == 2 + 2 + 10
    for entry in entries:
        os.utime(store / entry.name, (0, 0))
    assert list(prune(store, 7, dry_run=False)) == ["removing 0 entries, 0.000 GB"]
    assert len(entries_of(store)) == len(entries)


def test_a_link_to_the_store_is_as_new_as_it_was_placed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importance of a large model: an entry as old as the store, an input newer than that."""
    monkeypatch.setattr(store_module, "LINKED_FROM", 0)
    monkeypatch.chdir(project.folder)
    # Without its records Snakemake has times alone.
    shutil.rmtree(".snakemake")
    os.utime("results/settings/compute_importance/tiny/settings.json")
    assert "compute_importance" in project.planned()
    Path("again").symlink_to("results/importance/tiny")
    score(project, Store(Path("store")))
    importance = list(Path("results/importance/tiny").iterdir())
    assert len(importance) == 2
    assert all(path.is_symlink() for path in importance)
    # A job's timing counts as an output.
    os.utime("results/timings/compute_importance/tiny.tsv")
    assert "compute_importance" not in project.planned()


def test_models_are_added_to_a_finished_run_by_their_names(project: Project) -> None:
    """Snakemake lists a folder once: what is written into it while it plans is not seen there."""
    new = ("second", "third")

    def add_models(config: dict[str, Any]) -> None:
        config["models"] |= dict.fromkeys(new, config["models"]["tiny"])

    project.configure(add_models)
    planned = project.planned("--", *(f"results/models/{name}" for name in new))
    assert planned == {"prepare_model": 2}


def test_two_runs_at_once_share_a_store(finished: Project, tmp_path: Path) -> None:
    records = "results/evaluations/tiny/places_test"

    def items(project: Project) -> dict[str, Any]:
        files = (project.folder / records).glob("*.json")
        return {file.name: json.loads(file.read_text())["items"] for file in files}

    expected = items(finished)
    assert len(expected) == 5
    projects = [finished.copy(tmp_path / name) for name in ("one", "other")]
    for project in projects:
        for lost in ("results/importance", "results/masks", "results/evaluations", "store"):
            shutil.rmtree(project.folder / lost)
        project.configure(lambda config: config.update(store=str(tmp_path / "store")))
    runs = [
        subprocess.Popen(
            project.command(f"{records}/intact.json"), cwd=project.folder,
            env=project.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for project in projects
    ]  # fmt: skip
    # A second run in the folder of a first one is refused.
    locked = projects[0].folder / ".snakemake/locks"
    try:
        while not list(locked.glob("*")):
            assert runs[0].poll() is None
            time.sleep(0.05)
        assert "Directory cannot be locked" in projects[0].snakemake().stdout
        for project, run in zip(projects, runs, strict=True):
            output, _ = run.communicate(timeout=600)
            assert run.returncode == 0, output[-6000:]
            assert items(project) == expected
    finally:
        for run in runs:
            run.kill()
    entries = [path for path in (tmp_path / "store").glob("*/??/*") if path.is_file()]
    assert len(entries) == 2 + 2 + 5
