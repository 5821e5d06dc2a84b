"""The agreement report is made when it is asked for, and only then."""

from __future__ import annotations

from tests.workflow.conftest import ABILITIES, Project

from benchprof.abilities.item import read_items
from benchprof.annotation.answers import AnswerFile
from benchprof.annotation.study import StudyItem

NAMES = ABILITIES[:2]


def annotate(project: Project, annotator: str, chosen: str) -> None:
    """Ten items of each ability, labelled with it; the first two with `chosen`."""
    with AnswerFile(project.folder / "annotations", annotator, NAMES) as file:
        for ability in NAMES:
            items = read_items(project.folder / f"items/{ability}/test.jsonl")[:10]
            for number, item in enumerate(items):
                label = chosen if number < 2 else ability
                file.append("label", item.id, StudyItem(ability, item).digest, ability=label)


def test_answers_become_a_report(project: Project) -> None:
    refused = project.snakemake("agreement")
    assert refused.returncode != 0
    assert "Label items first: make annotate ANNOTATOR=your-name" in refused.stdout
    assert "Traceback" not in refused.stdout

    annotate(project, "jane", "colours")
    annotate(project, "john", "places")
    project.run("agreement")
    results = project.folder / "results/annotation"
    page = (results / "agreement.md").read_text()
    # Each gave two of the other ability's items its own label.
    assert "| all | 20 | 40 | 0 | 0.90 (" in page
    assert "| Colours | 18 | 2 |" in page
    assert len((results / "disputed.csv").read_text().splitlines()) == 1 + 4

    assert "Nothing to be done" in project.run("-n", "agreement")
    annotate(project, "jim", "places")
    assert "report_agreement" in project.run("-n", "agreement")
    assert "report_agreement" not in project.planned()
