"""Any job runs alone: `benchprof job FILE`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.unit.run.small import SMALL, write_items

from benchprof import digests, runs
from benchprof.__main__ import main
from benchprof.errors import InputError
from benchprof.evaluation.record import EVALUATIONS
from benchprof.jobs.all import job_of
from benchprof.jobs.command import run_file
from benchprof.jobs.models import CheckSizes
from benchprof.models.preparation import prepare_model
from benchprof.run.run import read_run
from benchprof.store import Store
from benchprof.uses import notes_of


@pytest.fixture
def project(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A folder with all that the small configuration names, with one model."""
    monkeypatch.chdir(tmp_path)
    for ability in "xy":
        for split in ("train", "calibration", "test"):
            write_items(
                Path("items", ability), split, [f"{ability}-{split}-{n}" for n in range(12)]
            )
    model = SMALL["models"]["m"] | {"source": {"folder": tiny_folder.name}}
    config = SMALL | {"models": {"m": model}}
    Path("config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return config


@pytest.mark.usefixtures("project")
def test_a_missing_input_is_told_with_what_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job", "results/checks/m.json"]) == 1
    assert capsys.readouterr().err == (
        "results/models/m: no such file; expected a file that check_sizes reads. Run the job that "
        "writes it first: benchprof job results/models/m --configfile config.yaml\n"
    )
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": -1}, "config.yaml, seed: -1;"),
        ({"abilities": {"x": {"items": "items/x"}, "y": {"items": "gone"}}}, "gone/train.jsonl"),
    ],
)
def test_a_faulty_configuration_is_told_before_anything_runs(
    change: dict[str, Any], said: str, project: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.yaml").write_text(yaml.safe_dump(project | change))
    assert main(["job", "results/models/m"]) == 1
    assert capsys.readouterr().err.startswith(said)
    assert not Path("results").exists()


def test_the_store_notes_the_configuration_that_the_command_was_given(
    project: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of the workflow's last run, unless this one still goes on."""
    runs.claim(Path(runs.STATE), "the workflow's", ["other.yaml"])
    Path("own.yaml").write_text(yaml.safe_dump(project | {"seed": 5}))

    def use_store(job: CheckSizes, _: int) -> None:
        job.run.store.use(Path("results/x"), EVALUATIONS, ["aa"])

    monkeypatch.setattr("benchprof.jobs.command.run_job", use_store)
    assert main(["job", "results/models/m", "--configfile", "own.yaml"]) == 0
    own = digests.of_value(project | {"seed": 5})
    assert [(note.use.configuration, note.use.files) for note in notes_of(Path("store"))] == [
        (own, ["own.yaml"])
    ]
    runs.claim(Path(runs.STATE), "the workflow's", ["other.yaml"])
    (Path(runs.STATE) / "locks").mkdir()
    (Path(runs.STATE) / "locks/0.input.lock").touch()
    assert main(["job", "results/models/m", "--configfile", "own.yaml"]) == 0
    assert {note.use.configuration for note in notes_of(Path("store"))} == {own, "the workflow's"}


@pytest.mark.usefixtures("project")
def test_jobs_run_one_after_the_other(
    tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["job", "results/models/m"]) == 0
    card = json.loads(Path("results/models/m/model.json").read_text())
    independent = prepare_model({"folder": str(tiny_folder)}, Path("again"), Store(Path("store")))
    assert (card["digest"], card["parameters"]) == (independent.digest, independent.parameters)
    assert main(["job", "results/checks/m.json"]) == 0
    sizes = json.loads(Path("results/checks/m.json").read_text())
    # Two layers of three matrices of 16 x 24.
    assert sizes["scope"] == 2 * 3 * 16 * 24
    assert sizes["n"] == {
        mask_fraction: card["parameters"] // part
        for mask_fraction, part in (("0.01", 100), ("0.001", 1000))
    }
    # It runs whatever the file's age, with what another file lays over the configuration.
    Path("more.yaml").write_text("mask_fractions: [0.1]\n")
    command = ["job", "results/checks/m.json", "--configfile", "config.yaml", "more.yaml"]
    assert main([*command, "--threads", "2"]) == 0
    assert list(json.loads(Path("results/checks/m.json").read_text())["n"]) == ["0.1"]
    # A fault that the job itself finds: as a message, not as a trace.
    Path("more.yaml").write_text("mask_fractions: [0.9]\n")
    assert main(command) == 1
    assert "at most the 2,304 weights of the scope 'mlp'" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_a_job_s_settings_are_noted_before_its_outputs() -> None:
    """So that outputs of one configuration are stale under another, and not under their own."""
    result, settings = (
        Path("results/checks/m.json"),
        Path("results/settings/check_sizes/m/settings.json"),
    )
    configuration = [Path("config.yaml")]
    Path("more.yaml").write_text("mask_fractions: [0.1]\n")
    run_file(Path("results/models/m"), configuration, 1)
    for own in (configuration, [*configuration, Path("more.yaml")], configuration):
        run_file(result, own, 1)
        assert json.loads(settings.read_text()) == job_of(read_run(own), result).settings
        assert settings.stat().st_mtime_ns <= result.stat().st_mtime_ns


@pytest.mark.usefixtures("project")
def test_a_figure_is_drawn_from_a_table_alone() -> None:
    pd.DataFrame().to_parquet(_made("results/profiles/similarity.parquet"))
    # No timing is there yet: the stages are drawn without.
    with pytest.raises(InputError, match=r"^results/profiles/impact\.parquet: no such file"):
        run_file(Path("results/figures/pipeline.png"), [Path("config.yaml")], 1)
    pd.DataFrame().to_parquet(_made("results/profiles/impact.parquet"))
    run_file(Path("results/figures/pipeline.png"), [Path("config.yaml")], 1)
    assert Path("results/figures/pipeline.png").read_bytes().startswith(b"\x89PNG")
    assert set(pd.read_csv("results/figures/pipeline.csv")["rule"]) >= {"check_sizes"}


def _made(file: str) -> Path:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    return Path(file)


@pytest.mark.parametrize("arguments", [[], ["job"], ["walk", "x"], ["--", "job"]])
def test_a_command_without_a_file_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: benchprof" in capsys.readouterr().err
