"""Before a run starts, one line says how long its models will take here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.__main__ import main
from benchprof.plan import duration
from benchprof.plan.command import plan
from benchprof.plan.machine import CPU
from benchprof.run.run import read_run


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is prepared, and the machine is as fast as a plan assumes."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("benchprof.paths.model", lambda name: Path("not_prepared", name))
    monkeypatch.setattr(duration, "roughly_measured", lambda *_: CPU)
    monkeypatch.setattr(duration, "use_threads", lambda _: None)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))


@pytest.mark.parametrize(("load", "share"), [(0.0, 1), (6.0, 4)])
def test_the_time_is_about_that_of_the_plan(
    monkeypatch: pytest.MonkeyPatch, load: float, share: int
) -> None:
    """Beside six other processes on two cores, a speed may be a quarter of what it is alone."""
    told: list[float] = []
    monkeypatch.setattr("benchprof.progress.duration", lambda s: told.append(s) or "35 minutes")
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0))
    config = read_run([ROOT / "config.yaml"])
    (model,) = config.configuration.models.values()
    line = duration.duration_line(config, cores=2)
    assert model.dtype in line
    assert ("busy" in line) == (share > 1)
    text = plan(config, cpu=True)
    seconds = 3600 * float(text.split("Together: ")[1].split()[0])
    assert told == pytest.approx([seconds / share / 1.5, seconds * 1.5], rel=0.01)


def test_benchmarks_of_unknown_size_are_named(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["benchmarks"]["swag"] = {"task": "swag"}
    file.write_text(yaml.safe_dump(config))
    line = duration.duration_line(read_run([file]), cores=2)
    assert line.endswith("Not counted, because their size is not known: swag.")


def test_what_the_run_will_name_is_not_said_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model whose figures are known nowhere, and of a faulty file: Snakemake says it."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    unknown, faulty = tmp_path / "unknown.yaml", tmp_path / "faulty.yaml"
    model = {"source": {"hub": "who/knows", "revision": "0" * 40}, "dtype": "float32"}
    unknown.write_text(yaml.safe_dump(config | {"models": {"m": model | {"device": "cpu"}}}))
    faulty.write_text("models: 3\n")
    monkeypatch.setattr("os.execve", lambda *_: sys.exit(0))
    for file in (unknown, faulty):
        with pytest.raises(SystemExit):
            main(["run", "--configfile", str(file)])
    assert capsys.readouterr().out == ""
