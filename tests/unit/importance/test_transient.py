"""Importance that is dropped: files of their own, of what no mask needs the origin alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchprof import digests, store
from benchprof.importance import transient
from benchprof.importance.items import TrainItems
from benchprof.importance.job import IMPORTANCE
from benchprof.importance.scoring import Scoring
from benchprof.importance.transient import compute_transient
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.origin import read_origin
from benchprof.store import Store
from benchprof.tensors import TensorFile, write_tensors

ORIGINS = {name: {"examples": name} for name in "abc"}


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """Importance jobs without a model, which note what they compute and may stop at an ability."""
    noted = SimpleNamespace(computed=[], stop=None)

    def compute(
        _: Any, train: TrainItems, targets: Mapping[str, Path], own: Store, __: Any
    ) -> None:
        assert train.files.keys() == targets.keys()
        for name in targets:
            key = digests.of_value(ORIGINS[name])
            if not own.has(IMPORTANCE, key):
                if name == noted.stop:
                    raise KeyboardInterrupt
                noted.computed.append(name)
                scores, origin = {"w": torch.ones(3)}, ORIGINS[name]
                own.add(IMPORTANCE, key, lambda path, s=scores, o=origin: write_tensors(path, s, o))
        for name, target in targets.items():
            key = digests.of_value(ORIGINS[name])
            own.place(IMPORTANCE, key, target)

    monkeypatch.chdir(tmp_path)
    # As large files are, entries are linked.
    monkeypatch.setattr(store, "LINKED_FROM", 0)
    monkeypatch.setattr(transient, "compute_importance", compute)
    monkeypatch.setattr(transient, "examples_and_origins", lambda *_: ({}, ORIGINS))
    return noted


def run(folder: Path, *needed: str) -> dict[str, Path]:
    targets = {name: folder / "importance" / f"{name}.safetensors" for name in ORIGINS}
    compute_transient(
        Scoring(PreparedModel(folder, "float32"), Scope("mlp"), "taylor", "all"),
        TrainItems(dict.fromkeys(ORIGINS, folder), seed=1), targets,
        lambda origins: {*needed} & {*origins},
    )  # fmt: skip
    return targets


def test_what_is_needed_is_a_file_that_goes_with_its_name(
    tmp_path: Path, jobs: SimpleNamespace
) -> None:
    targets = run(tmp_path, "a", "c")
    assert jobs.computed == ["a", "c"]
    assert {path.name for path in (tmp_path / "importance").iterdir()} == {
        path.name for path in targets.values()
    }
    for name, path in targets.items():
        assert not path.is_symlink()
        assert read_origin(path) == ORIGINS[name]
        assert TensorFile(path).names == ([] if name == "b" else ["w"])


def test_a_stopped_job_goes_on_at_the_ability(tmp_path: Path, jobs: SimpleNamespace) -> None:
    jobs.stop = "b"
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, *ORIGINS)
    jobs.stop = None
    run(tmp_path, *ORIGINS)
    assert jobs.computed == ["a", "b", "c"]
