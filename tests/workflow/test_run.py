"""A whole run, what reruns when something is added or lost, and what survives a kill."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.conftest import ROOT, tiny_model
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs

from benchprof.report.figures.pipeline import STAGES

EVALUATION = "evaluate_benchmark/tiny/{}.log"
PLACES = "results/evaluations/tiny/places_test/intact.json"
COLOURS = PLACES.replace("places", "colours")
IMPORTANCE = "results/importance/tiny/places.safetensors"
IMPACT = "results/profiles/impact.csv"
OVERLAP = "results/analysis/tiny/overlap_contrastive_0.01.csv"
# A file of each of the two jobs that make a selection's masks.
CONTRASTIVE = (
    "results/masks/tiny/places/contrastive_0.01.safetensors",
    "results/masks/tiny/all_abilities/contrastive-random-1_0.01.safetensors",
)
TOP = tuple(file.replace("contrastive", "top") for file in CONTRASTIVE)


def test_a_run_makes_every_result(finished: Project) -> None:
    results = finished.folder / "results"
    table = pd.read_parquet(results / "profiles/impact.parquet")
    text = table.to_csv(index=False, lineterminator="\n")
    assert text == (results / "profiles/impact.csv").read_text()
    # 2 benchmarks, 2 masks and 2 random controls, 3 metrics.
    assert len(table) == 2 * 4 * 3
    figures = [f"tiny/{kind}_contrastive_0.01" for kind in ("impact", "forest", "radar", "ribbons")]
    single = "tiny/radar_contrastive_0.01/places_test"
    for figure in (*figures, single, "pipeline"):
        for form in ("png", "svg", "pdf", "csv", "txt"):
            assert (results / f"figures/{figure}.{form}").stat().st_size > 0
    paper = ("tables/tiny/impact_contrastive_0.01.tex", "methods.md", "references.bib")
    tables = ("profiles/findings.csv", "profiles/items.parquet")
    for path in ("report.html", "summary.txt", *tables, *paper):
        assert (results / path).stat().st_size > 0
    # The manifest is written last, of files that are all there.
    noted = json.loads((results / "manifest.json").read_text())["results"]
    assert {"results/report.html", OVERLAP} <= noted.keys()
    assert all((finished.folder / name).is_file() for name in noted)


def test_the_pipeline_figure_has_the_rules_in_the_order_of_their_arrows(
    finished: Project, tmp_path: Path
) -> None:
    project = finished.copy(tmp_path / "copy")
    graph = project.run("--rulegraph", "--forceall", "results/profiles/impact.csv")
    names = dict(re.findall(r'(\d+)\[label = "(\w+)"', graph))
    arrows = {(names[a], names[b]) for a, b in re.findall(r"(\d+) -> (\d+)", graph)}
    order = list(STAGES)
    assert all(order.index(needed) < order.index(rule) for needed, rule in arrows)
    timed = pd.read_csv(finished.folder / "results/figures/pipeline.csv")
    assert set(timed["rule"]) == set(names.values())
    assert (timed["timed"] == timed["jobs"]).all()


def test_a_run_asks_no_network_for_anything(finished: Project) -> None:
    # Of a local model and local items: there is nothing to fetch.
    notes = (finished.folder / "network").read_text().splitlines()
    assert [line for line in notes if line.startswith("asked")] == []
    # Every job's process is guarded: all start the one script.
    started = [line for line in notes if line.startswith("started") and ".job.py'" in line]
    assert len(started) == len(list((finished.folder / "results/timings").rglob("*.tsv")))


@pytest.mark.parametrize(
    "call",
    ["create_connection(('127.0.0.1', 9))", "socket().connect(('127.0.0.1', 9))"],
)
def test_a_process_that_asks_a_network_is_noted(project: Project, call: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import socket; socket.{call}"],
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no network in tests: " in done.stderr
    assert "asked" in (project.folder / "network").read_text()


def test_a_second_run_has_nothing_to_do(finished: Project, tmp_path: Path) -> None:
    assert "Nothing to be done" in finished.copy(tmp_path / "copy").run()


def test_a_record_holds_what_the_format_says(finished: Project) -> None:
    folder = finished.folder / "results/evaluations/tiny/places_test"
    record = json.loads((folder / "places.contrastive_0.01.json").read_text())
    assert record["n"] == 8
    # One word of the four is right for 3 of the 8 items, as chance alone may have it.
    assert record["guessing"] == pytest.approx(1 / 4)
    assert set(record["origin"]) == {"model", "mask", "requests", "code", "made"}
    assert set(record["items"]["scores"]) == {"probability", "acc", "acc_norm"}
    assert len(record["items"]["responses"][0]) == 4


def test_an_added_benchmark_runs_alone(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    project.configure(
        lambda config: config["benchmarks"].update(
            more={"ability": "places", "split": "calibration"}
        )
    )
    planned = project.planned()
    assert planned.pop("evaluate_benchmark") == 1
    assert set(planned) == {
        "all", "compute_profile", "plot_forest", "plot_impact", "plot_pipeline", "plot_radar",
        "plot_ribbons", "tabulate_impact", "write_methods", "write_report", "write_manifest",
    }  # fmt: skip


def test_touched_scripts_run_nothing(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    # Of a checkout of its own: by these scripts' times, other tests' jobs may be stale meanwhile.
    workflow = tmp_path / "workflow"
    shutil.copy2(ROOT / "Snakefile", tmp_path)
    for name in ("workflow", "profiles", "envs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    snakefile = ["-s", str(tmp_path / "Snakefile")]
    profile = ["--workflow-profile", str(tmp_path / "profiles/default")]
    # What reads a file of the checkout, which now has another path.
    before = project.planned(*snakefile, *profile)
    assert not {"prepare_model", "compute_importance", "select_masks"} & before.keys()
    for script in [*(workflow / "scripts").glob("*.py"), *workflow.rglob("*.smk")]:
        script.touch()
    assert project.planned(*snakefile, *profile) == before


def test_a_fresh_clone_over_a_store_computes_nothing(
    finished: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = finished.copy(tmp_path / "copy")
    before = (project.folder / IMPACT).read_bytes()
    for lost in ("results", ".snakemake"):
        shutil.rmtree(project.folder / lost)
    made = ("results/models/tiny/model.json", "results/checks/tiny.json", IMPORTANCE, *CONTRASTIVE)
    run_jobs(project, *made, COLOURS, PLACES, IMPACT)
    assert "2 reused, 0 computed" in caplog.text
    assert caplog.text.count("_test: 5 reused, 0 computed") == 2
    assert "ablation 1 of" not in caplog.text
    assert (project.folder / IMPACT).read_bytes() == before


def test_lost_records_of_snakemake_run_nothing(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    subprocess.run(["rm", "-r", str(project.folder / ".snakemake")], check=True)
    assert "Nothing to be done" in project.run("-n")


def test_changed_settings_are_noticed_without_records(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    subprocess.run(["rm", "-r", str(project.folder / ".snakemake")], check=True)
    project.configure(lambda config: config["importance"].update(score="taylor"))
    assert "compute_importance" in project.planned()


def test_a_changed_model_is_prepared_and_evaluated_again(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    tiny_model("llama", seed=1).save_pretrained(project.folder / "tiny")
    planned = project.planned()
    assert planned["prepare_model"] == 1
    assert planned["evaluate_benchmark"] == 2


def test_a_removed_benchmark_leaves_the_table_without_records(
    finished: Project, tmp_path: Path
) -> None:
    project = finished.copy(tmp_path / "copy")
    subprocess.run(["rm", "-r", str(project.folder / ".snakemake")], check=True)
    project.configure(lambda config: config["benchmarks"].pop("places_test"))
    planned = project.planned()
    assert "compute_profile" in planned
    assert "evaluate_benchmark" not in planned
    project.run("results/profiles/impact.csv")
    table = pd.read_csv(project.folder / "results/profiles/impact.csv")
    assert set(table["benchmark"]) == {"colours_test"}


def test_an_added_k_reuses_the_old_one(
    finished: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = finished.copy(tmp_path / "copy")
    project.configure(lambda config: config.update(mask_fractions=[0.01, 0.02]))
    planned = project.planned()
    assert planned["compute_importance"] == planned["select_masks"] == 1
    assert planned["evaluate_benchmark"] == 2
    stems = ("places/contrastive_0.02", "all_abilities/contrastive-random-1_0.02")
    masks = [f"results/masks/tiny/{stem}.safetensors" for stem in stems]
    run_jobs(project, IMPORTANCE, *masks, PLACES)
    assert "2 reused, 0 computed" in caplog.text
    # intact, two masks and two controls of the old mask fraction; as many masks of the new one.
    assert "5 reused, 4 computed" in caplog.text


def use_top(config: dict[str, Any]) -> None:
    """`top` masks beside the `contrastive` ones."""
    config["selections"].update(top={})


@pytest.fixture(scope="module")
def with_top(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The finished project with answers under `top` masks too; copy it, and plan in no copy.

    Snakemake knows nothing of the jobs that made them.
    """
    project = finished.copy(tmp_path_factory.mktemp("with_top") / "copy")
    project.configure(use_top)
    run_jobs(project, *TOP, COLOURS, PLACES)
    return project


def planned_with_top(
    finished: Project, folder: Path, change: Callable[[dict[str, Any]], object]
) -> dict[str, int]:
    """The jobs that a dry-run lists after a change and with `top` masks."""
    project = finished.copy(folder)
    for every in (use_top, change):
        project.configure(every)
    return project.planned()


OF_IMPORTANCE = {
    "compute_importance": 1, "select_masks": 2, "draw_controls": 2, "evaluate_benchmark": 2,
}  # fmt: skip
"""All jobs of two selections and two benchmarks that changed importance concerns."""


def test_an_added_ability_changes_contrasts_only(
    finished: Project, with_top: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def add(config: dict[str, Any]) -> None:
        config["abilities"].update(numbers={"items": "items/numbers"})

    planned = planned_with_top(finished, tmp_path / "planned", add)
    assert planned.items() >= OF_IMPORTANCE.items()
    caplog.set_level(logging.INFO)
    project = with_top.copy(tmp_path / "copy")
    project.configure(add)
    run_jobs(project, IMPORTANCE, *CONTRASTIVE, *TOP, COLOURS, PLACES, IMPACT)
    assert "2 reused, 1 computed" in caplog.text
    # Intact and two `top` masks are reused; the `top` mask of the new ability is computed, and
    # what rightly changed: `contrastive` masks of all three, two controls of each selection.
    assert caplog.text.count("_test: 3 reused, 8 computed") == 2
    assert "numbers" in set(pd.read_csv(project.folder / IMPACT)["ability"])


def test_an_excluded_test_item_changes_its_benchmark_alone(
    finished: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = finished.copy(tmp_path / "copy")
    folder = project.folder / "results/evaluations/tiny/places_test"
    before = json.loads((folder / "intact.json").read_text())
    rejected = f"places-{200 + before['items']['index'][0]}"
    project.configure(lambda config: config["abilities"]["places"].update(exclude=[rejected]))
    planned = project.planned()
    assert planned["evaluate_benchmark"] == 1
    assert not {"compute_importance", "select_masks", "draw_controls"} & set(planned)
    run_jobs(project, PLACES)
    assert "0 reused, 5 computed" in caplog.text
    after = json.loads((folder / "intact.json").read_text())
    assert before["n"] == after["n"] == 8
    assert before["items"]["index"][0] not in after["items"]["index"]
    assert before["origin"]["requests"]["digest"] != after["origin"]["requests"]["digest"]


def test_an_excluded_train_item_changes_the_importance_of_its_ability_alone(
    finished: Project, with_top: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def exclude(config: dict[str, Any]) -> None:
        # Four of twelve train items are drawn: eight others leave no old sample as it was.
        rejected = [f"places-{number}" for number in range(9)]
        config["abilities"]["places"].update(exclude=rejected)

    planned = planned_with_top(finished, tmp_path / "planned", exclude)
    assert planned.items() >= OF_IMPORTANCE.items()
    caplog.set_level(logging.INFO)
    project = with_top.copy(tmp_path / "copy")
    project.configure(exclude)
    run_jobs(project, IMPORTANCE, *CONTRASTIVE, *TOP, COLOURS)
    assert "1 reused, 1 computed" in caplog.text
    # Intact and colours' `top` mask are reused; places' `top` mask, both `contrastive` masks, which
    # contrast the two, and the four controls changed.
    assert "colours_test: 2 reused, 7 computed" in caplog.text


def test_a_user_s_task_file(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    (project.folder / "my_task.yaml").write_text(
        "task: my_task\ndataset_path: json\noutput_type: multiple_choice\n"
        "dataset_kwargs: {data_files: {test: items/places/test.jsonl}}\n"
        "test_split: test\ndoc_to_text: '{{question}}'\ndoc_to_target: answer\n"
        "doc_to_choice: options\nmetric_list: [{metric: acc}]\n"
    )
    # As docs/how_to/benchmark.md has it.
    (project.folder / "capitals.yaml").write_text(
        'task: capitals\noutput_type: multiple_choice\ndoc_to_text: "{{question}}"\n'
        "doc_to_choice: options\ndoc_to_target: answer\n"
        "metric_list:\n  - {metric: acc, aggregation: mean, higher_is_better: true}\n"
    )
    data = {"question": "What is the capital of France?", "options": ["Paris", "Nice"], "answer": 0}
    (project.folder / "capitals.jsonl").write_text(f"{json.dumps(data)}\n" * 3)

    def add(config: dict[str, Any]) -> None:
        config["benchmarks"]["mine"] = {"task_file": "my_task.yaml", "limit": 5}
        config["benchmarks"]["capitals"] = {
            "task_file": "capitals.yaml",
            "data": "capitals.jsonl",
        }

    project.configure(add)
    project.run("results/profiles/impact.csv")
    table = pd.read_csv(project.folder / "results/profiles/impact.csv")
    assert set(table.loc[table["benchmark"] == "mine", "metric"]) == {"probability", "acc"}


def test_a_damaged_record_is_refused(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    record = project.folder / "results/evaluations/tiny/places_test/intact.json"
    record.write_text(record.read_text().replace('"n": 8', '"n": 9'))
    done = project.snakemake("results/profiles/impact.csv")
    assert done.returncode != 0
    assert "its digest differs from its content" in done.stdout


def test_a_killed_run_resumes(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    # Nothing is evaluated yet, and there is enough to be killed in the middle of.
    store = project.folder / "store/evaluations"
    shutil.rmtree(store)
    project.configure(lambda config: config["controls"]["random"].update(seeds=list(range(120))))
    run = subprocess.Popen(
        project.command(PLACES), cwd=project.folder,
        env=project.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 300
    while not list(store.rglob("*.json")):
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    unlock = [sys.executable, "-m", "benchprof.runs"]
    # A live run's lock is respected.
    subprocess.run(unlock, cwd=project.folder, check=True)
    assert any((project.folder / ".snakemake/locks").iterdir())
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    done = len(list(store.rglob("[!.]*.json")))
    subprocess.run(unlock, cwd=project.folder, check=True)
    project.run(PLACES)
    ablations = 1 + 2 + 120
    assert 1 <= done < ablations
    assert f"{done} reused, {ablations - done} computed" in project.log(
        EVALUATION.format("places_test")
    )


def test_an_interpreter_below_a_folder_with_spaces_runs_jobs(
    project: Project, tmp_path: Path
) -> None:
    home = tmp_path / "a visitor's home"
    home.symlink_to(sys.prefix)
    python = str(home / "bin" / Path(sys.executable).name)
    command = [python, *project.command("results/models/tiny")[1:]]
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment(),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (project.folder / "results/models/tiny/model.json").is_file()
