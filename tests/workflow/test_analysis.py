"""The analysis of a finished run says what is there, and says it again to the byte."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tests.workflow.conftest import Project
from tests.workflow.stages import run_jobs


def test_the_analysis_of_a_finished_run(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    planned = project.planned("--", "analysis")
    assert set(planned) == {"analysis", *RULES}
    # The run's own, which its report read.
    (overlap,) = (project.folder / "results/analysis/tiny").glob("*.csv")
    assert overlap.name == "overlap_contrastive_0.01.csv"
    project.run("analysis")
    folder = project.folder / "results/analysis/tiny"
    kinds = ("location", "overlap", "selectivity")
    stems = [*(f"{kind}_contrastive_0.01" for kind in kinds), "core", "stability"]
    content = {f"{s}.{e}": (folder / f"{s}.{e}").read_bytes() for s in stems for e in FORMATS}
    location = pd.read_csv(folder / "location_contrastive_0.01.csv")
    # 2 abilities, 2 layers, 3 projections; each mask holds floor(0.01 * 12,208) entries.
    assert len(location) == 2 * 2 * 3
    assert set(location.groupby("ability")["entries"].sum()) == {122}
    assert len(pd.read_csv(folder / "overlap_contrastive_0.01.csv")) == 1
    # Of the paper's six mask fractions those that give this small model a mask at all.
    assert pd.read_csv(folder / "core.csv")["n"].tolist() == [1, 7, 31, 125]
    # 2 test splits, the masks of 2 abilities and 2 random ones.
    selectivity = pd.read_csv(folder / "selectivity_contrastive_0.01.csv")
    assert len(selectivity) == 2 * (2 + 2)
    assert set(selectivity["n"]) == {8}
    # 4 items used of an ability: halves of 2, and 1 of each. Nothing of them stays.
    stability = pd.read_csv(folder / "stability.csv")
    assert stability.groupby("items").size().to_dict() == {1: 2, 2: 2}
    assert set(stability["entries"]) == {122}
    assert not [path for path in folder.iterdir() if path.suffix[1:] not in FORMATS]
    tables = [folder / name for name in content if name.endswith(".csv")]
    run_jobs(project, *(str(path.relative_to(project.folder)) for path in tables))
    for name, first in content.items():
        assert (folder / name).read_bytes() == first, name


RULES = {"locate_masks", "measure_selectivity", "measure_core", "measure_stability"}
FORMATS = ("csv", "png", "svg", "pdf", "txt")


def test_the_report_warns_of_masks_that_are_nearly_equal(finished: Project, tmp_path: Path) -> None:
    project = finished.copy(tmp_path / "copy")
    file = project.folder / "results/analysis/tiny/overlap_contrastive_0.01.csv"
    pd.read_csv(file).assign(jaccard=0.6).to_csv(file, index=False)
    run_jobs(project, "results/report.html")
    for told in ("report.html", "summary.txt"):
        text = " ".join((project.folder / "results" / told).read_text().split())
        # As of two masks of 4 that share 3: an index of 3 / 5.
        assert "have 0.75 of their contents in common (most: Colours and Places;" in text
    assert "Overlap" not in (finished.folder / "results/summary.txt").read_text()


def test_own_ais_under_the_masks_of_halves_stand_beside_the_ais(
    finished: Project, tmp_path: Path
) -> None:
    project = finished.copy(tmp_path / "copy")
    project.configure(lambda config: config["importance"].update(halves=True))
    planned = project.planned()
    # Neither the run's own importance nor its evaluations.
    assert not {"compute_importance", "select_masks", "evaluate_benchmark"} & set(planned)
    assert planned["evaluate_halves"] == 2
    assert "Ability Impact Scores of tiny" in project.run()
    table = pd.read_csv(project.folder / "results/profiles/replication.csv")
    assert table["ability"].tolist() == ["colours", "places"]
    # 4 train items are used of an ability, and 8 test items are too few for an AIS.
    assert set(table["items"]) == {2}
    assert set(table["reason_code"]) == {"too_few_items"}
    masks = sorted((project.folder / "results/masks/tiny/places").glob("contrastive-half-*"))
    assert len(masks) == 2
    assert "1 reused, 2 computed" in project.log("evaluate_halves/tiny/places.log")
    assert not project.planned()
