"""Bad input stops with one paragraph before a model is loaded; nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.workflow.conftest import Project


def refused(project: Project, *words: str) -> None:
    done = project.snakemake()
    assert done.returncode != 0
    paragraph = next((line for line in done.stdout.splitlines() if words[0] in line), "")
    for word in words:
        assert word in paragraph, done.stdout
    assert "Traceback" not in done.stdout
    results = project.folder / "results"
    kept = {"settings", "logs", "models", "checks", "timings"}
    assert {path.name for path in results.glob("*")} <= kept
    assert not (project.folder / "store").exists()


def test_a_misspelt_key(project: Project) -> None:
    project.configure(lambda config: config["importance"].update(scroe="taylor"))
    refused(project, "config.yaml, importance.scroe", "unknown key", "Did you mean 'score'?")


def test_a_key_said_twice(project: Project) -> None:
    file = project.folder / "config.yaml"
    file.write_text(file.read_text() + "\nseed: 3\n")
    refused(project, "config.yaml, seed", "occurs on lines")


def test_an_excluded_item_that_is_not_there(project: Project) -> None:
    project.configure(lambda config: config["abilities"]["places"].update(exclude=["place-3"]))
    refused(project, "config.yaml, abilities.places.exclude", "'place-3'", "mean 'places-3'")


def test_a_missing_model_folder(project: Project) -> None:
    project.configure(lambda config: config["models"]["tiny"]["source"].update(folder="absent"))
    refused(project, "absent: no such folder", "config.json", "source: folder:")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "x", "family"', ("test.jsonl, line 13", "not JSON")),
        (
            '{"id": "x", "family": "t", "context": "", "question": "q", '
            '"options": ["a", "b"], "answer": 2}',
            ("test.jsonl, line 13, answer", "2 where there are 2 options", "must hold the answer"),
        ),
    ],
)
def test_a_broken_item(project: Project, line: str, words: tuple[str, ...]) -> None:
    with (project.folder / "items/places/test.jsonl").open("a") as file:
        file.write(line + "\n")
    refused(project, *words)


def test_a_broken_line_of_a_benchmark_file(project: Project) -> None:
    data = project.folder / "piqa.jsonl"
    data.write_text('{"goal": "g", "sol1": "a", "sol2": "b", "label": 0}\n[1]\n')
    project.configure(
        lambda config: config["benchmarks"].update(piqa={"task": "piqa", "data": "piqa.jsonl"})
    )
    refused(project, "piqa.jsonl, line 2: a list", "a JSON object")


def test_a_users_item_without_a_field_of_its_task(project: Project) -> None:
    (project.folder / "own.yaml").write_text(
        "task: own\noutput_type: multiple_choice\ndoc_to_text: '{{question}}'\n"
        "doc_to_choice: options\ndoc_to_target: answer\n"
    )
    item = '{"question": "q", "options": ["a", "b"], "answer": 0}'
    (project.folder / "own.jsonl").write_text(f"{item}\n{item.replace('question', 'text')}\n")
    own = {"task_file": "own.yaml", "data": "own.jsonl"}
    project.configure(lambda config: config["benchmarks"].update(own=own))
    refused(project, "own.jsonl, line 2: no 'question'", "doc_to_text in own.yaml", "Add it")


def test_a_k_larger_than_the_scope(project: Project) -> None:
    project.configure(lambda config: config.update(mask_fractions=[0.9]))
    refused(project, "mask_fractions, 0.9", "weights of the scope 'mlp'", "Lower the mask fraction")


def test_too_few_calibration_items_to_choose_k_on(project: Project) -> None:
    items = project.folder / "items/places/calibration.jsonl"
    items.write_text("".join(items.read_text().splitlines(keepends=True)[:9]))
    candidates = {"mask_fractions": [0.01, 0.02], "items": 10}
    project.configure(lambda c: c.update(mask_fractions=["calibrated"], calibration=candidates))
    refused(project, "config.yaml, abilities.places", "9 calibration items", "10 or more")


def test_an_ability_without_a_calibration_split(project: Project) -> None:
    (project.folder / "items/places/calibration.jsonl").unlink()
    refused(project, "items/places/calibration.jsonl", "no such file")


def test_an_unsafe_slug(project: Project, tmp_path: Path) -> None:
    model = project.config["models"]["tiny"]
    project.configure(lambda config: config.update(models={"../../x": model}))
    refused(project, "'../../x'", "expected letters, digits")
    assert not (tmp_path.parent / "x").exists()
