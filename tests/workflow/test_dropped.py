"""With `keep_importance: false` importance goes once masks are drawn; the store has the masks."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchprof.models.mask import read_mask

from .conftest import Project

FIRST, SECOND = (
    f"results/masks/tiny/places/contrastive_{mask_fraction}.safetensors"
    for mask_fraction in ("0.01", "0.02")
)


def scores(project: Project) -> list[str]:
    """Names of all that lies where importance does, in results and in the store."""
    folders = [project.folder / "results/importance", project.folder / "store/importance"]
    return [path.name for folder in folders for path in folder.rglob("*") if not path.is_dir()]


def told(project: Project) -> list[str]:
    """What the last importance job says that it did."""
    lines = project.log("compute_importance/tiny.log").splitlines()
    return [word for word in ("2 computed", "0 not needed", "2 not needed")
            if any(word in line for line in lines)]  # fmt: skip


def forget(project: Project, *folders: str) -> None:
    for folder in folders:
        shutil.rmtree(project.folder / folder)


def test_importance_goes_and_masks_stay(finished: Project, tmp_path: Path) -> None:
    assert len(scores(finished)) == 4
    kept = (finished.folder / FIRST).read_bytes()

    project = finished.copy(tmp_path / "copy")
    forget(project, "store", "results/importance", "results/masks")
    project.configure(lambda config: config.update(keep_importance=False))
    project.run(FIRST)
    assert scores(project) == []
    assert told(project) == ["2 computed", "0 not needed"]
    assert (project.folder / FIRST).read_bytes() == kept
    assert project.planned("--", FIRST) == {}
    # What the masks look like takes no importance.
    asked = project.planned("--", "analysis").keys()
    assert "locate_masks" in asked
    assert not {"compute_importance", "measure_core"} & asked

    # The store answers for the masks, where they are gone and where importance is forced.
    forget(project, "results/masks")
    for flags in ([], ["--forcerun", "compute_importance", "--"]):
        project.run(*flags, FIRST)
        assert told(project) == ["2 not needed"]
        assert (project.folder / FIRST).read_bytes() == kept
        assert scores(project) == []

    # For a mask of another mask fraction importance is computed again, and the first mask is as it
    # was.
    project.configure(lambda config: config.update(mask_fractions=[0.01, 0.02]))
    project.run(SECOND)
    assert told(project) == ["2 computed", "0 not needed"]
    assert (project.folder / FIRST).read_bytes() == kept
    first, second = (read_mask(project.folder / path) for path in (FIRST, SECOND))
    assert abs(second.size - 2 * first.size) <= 1
    assert second.origin["importance"] == first.origin["importance"]
    assert scores(project) == []
