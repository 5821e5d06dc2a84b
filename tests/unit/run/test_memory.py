"""What jobs ask a cluster for, by hand; and the plan says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT
from tests.unit.run.small import SMALL, WHOLE, controls, small

from benchprof import paths
from benchprof.jobs.all import JOBS
from benchprof.jobs.declared import Declared
from benchprof.jobs.job import Size
from benchprof.models.scope import Scope
from benchprof.plan.machine import GPU
from benchprof.plan.shape import architecture, model_shape
from benchprof.plan.steps import Step, model_steps
from benchprof.plan.tokens import workload
from benchprof.run.run import Run

ON_GPU = Size(parameters=8e9, in_scope=5e9, itemsize=2, on_gpu=True)
ON_CPU = Size(parameters=8e9, in_scope=5e9, itemsize=4, on_gpu=False)


def memory(run: Run, rule: str, size: Size, *wildcards: str) -> float:
    """Billions of bytes."""
    return JOBS[rule](run, "m", *wildcards).memory(size) / 1e9


def scored(score: str = "taylor", against: str | None = None, on_host: bool = False) -> Run:
    model = SMALL["models"]["m"] | {"scores_on_host": on_host, "device": "auto"}
    importance = SMALL["importance"] | {"score": score, "against": against}
    return small(importance=importance, models={"m": model})


@pytest.mark.parametrize(
    ("run", "size", "expected"),
    [
        # 4 of libraries; of 16 of weights and 20 of float32 scores the larger.
        (scored(), ON_GPU, 4 + 20),
        (scored(), Size(8e9, 3e9, 2, True), 4 + 16),
        # The items' scores wait here while those of the control items are made.
        (scored(against="uninformative"), ON_GPU, 4 + 2 * 20),
        (scored(on_host=True), ON_GPU, 4 + 20),
        (scored(against="uninformative", on_host=True), ON_GPU, 4 + 2 * 20),
        # On a CPU weights of 32 and the scores at once.
        (scored(), ON_CPU, 4 + 32 + 20),
        (scored(against="uninformative"), ON_CPU, 4 + 32 + 2 * 20),
    ],
)
def test_memory_of_importance(run: Run, size: Size, expected: float) -> None:
    for rule in ("compute_importance", "select_half_masks"):
        assert memory(run, rule, size) == pytest.approx(expected)


def test_memory_of_masks() -> None:
    run = small(mask_fractions=[0.01])
    for size, weights in ((ON_GPU, 16), (ON_CPU, 32)):
        # A byte a parameter.
        assert memory(run, "select_masks", size, "top") == pytest.approx(4 + 8)
        assert memory(run, "find_super", size) == pytest.approx(4 + weights)
        # The weights, a byte for each in scope, two masks of 8e7 entries of 4 bytes.
        expected = 4 + weights + 5 + 0.64
        assert memory(run, "draw_controls", size, "top") == pytest.approx(expected)
    # Of a calibrated mask fraction each candidate, 0.001 and 0.01.
    run = small(mask_fractions=["calibrated"], importance=WHOLE)
    expected = 4 + 16 + 5 + 0.704
    assert memory(run, "draw_controls", ON_GPU, "top") == pytest.approx(expected)


def of_one_selection(**sections: Any) -> Run:
    """Two masks and two controls at 0.01: 4 x 0.01 x 8e9 entries of 4 bytes are 1.28e9."""
    own = {"selections": {"top": {}}, "mask_fractions": [0.01]} | sections
    return small(**own)


@pytest.mark.parametrize(
    ("sections", "size", "expected"),
    [
        # 4 of libraries, 2 of requests, 16 of weights, the masks.
        ({}, ON_GPU, 4 + 2 + 16 + 1.28),
        # On a CPU also keys and values of answers, an eighth of the weights.
        ({}, ON_CPU, 4 + 2 + 32 + 4 + 1.28),
        ({"controls": controls([], "each_ability")}, ON_GPU, 4 + 2 + 16 + 0.64),
        # What is calibrated may be the largest candidate, 0.01.
        ({"mask_fractions": ["calibrated"], "importance": WHOLE}, ON_GPU, 4 + 2 + 16 + 1.28),
        # No mask holds more than the scope: 4 x 5e9 entries, not 4 x 7.2e9.
        ({"mask_fractions": [0.9]}, ON_GPU, 4 + 2 + 16 + 80),
    ],
)
def test_memory_of_an_evaluation(sections: dict[str, Any], size: Size, expected: float) -> None:
    run = of_one_selection(**sections)
    assert memory(run, "evaluate_benchmark", size, "x_test") == pytest.approx(expected)
    more = 0.3 * (len(run.benchmarks) - 1)
    assert memory(run, "evaluate_model", size) == pytest.approx(expected + more)


def test_memory_of_calibration_and_halves() -> None:
    run = of_one_selection(mask_fractions=[0.01, "calibrated"])
    # Two masks and two controls at 0.001 and at 0.01: 4 x 0.011 x 8e9 x 4.
    found = memory(run, "evaluate_calibration", ON_CPU, "x")
    assert found == pytest.approx(4 + 2 + 32 + 4 + 1.408)
    # Two masks at 0.01 of one ability: 2 x 0.01 x 8e9 x 4.
    found = memory(run, "evaluate_halves", ON_CPU, "x")
    assert found == pytest.approx(4 + 2 + 32 + 4 + 0.64)


def test_memory_of_the_analysis() -> None:
    run = small(mask_fractions=[0.01])
    # Two abilities' masks of 8e7 entries, twice in 4 bytes.
    for rule in ("locate_masks", "compare_masks", "measure_selectivity"):
        assert memory(run, rule, ON_GPU, "top", "0.01") == pytest.approx(4 + 1.28)
    # Two abilities' masks at 0.00001 to 0.01024, 0.01365 together, whatever k the run has.
    for own in (run, small(), small(mask_fractions=["calibrated"], importance=WHOLE)):
        assert memory(own, "measure_core", ON_GPU) == pytest.approx(4 + 4 * 2 * 0.01365 * 8)
    # As importance, and two abilities' two halves of two selections: 8 x 2 x 2 x 8e7.
    assert memory(run, "measure_stability", ON_GPU) == pytest.approx(4 + 20 + 2.56)


def test_what_needs_no_model_asks_for_libraries() -> None:
    run = small()
    assert JOBS["compute_profile"](run).memory(ON_GPU) == 4e9
    assert memory(run, "export_items", ON_GPU, "x_test") == 4
    assert memory(run, "check_sizes", ON_GPU) == 4
    assert Declared(run, JOBS["compute_profile"]).gpus({}) == 0


def test_a_further_attempt_asks_for_as_much_again() -> None:
    own = Declared(small(), JOBS["select_masks"])
    wildcards = {"model": "m", "selection": "top"}
    # Until the model is prepared that of an 8B model: 4e9 + 8e9.
    assert [own.memory(wildcards, attempt) for attempt in (1, 2, 3)] == [12000, 24000, 36000]
    # 60 minutes and 15 a billion.
    assert [own.runtime(wildcards, attempt) for attempt in (1, 2)] == [180, 360]


@pytest.mark.parametrize(("device", "gpus"), [("auto", 2), ("cuda", 2), ("cpu", 0)])
def test_a_job_of_a_model_asks_for_its_gpus(device: str, gpus: int) -> None:
    own = {"device": device} | ({"gpus": gpus} if gpus else {})
    run = small(models={"m": SMALL["models"]["m"] | own})
    assert Declared(run, JOBS["compute_importance"]).gpus({"model": "m"}) == gpus
    assert Size.of(run, "m").on_gpu == (gpus > 0)


def test_the_size_of_a_prepared_model_is_its_card_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_card("m", 1000, {"mlp": 600, "attention": 300, "all_layers": 900})
    assert Size.of(small(), "m") == Size(1000, 600, 4, False)
    assert Size.of(small(scope="attention"), "m").in_scope == 300
    assert Size.of(small(), "n") == Size(8e9, 6e9, 4, False)


def write_card(model: str, parameters: int, scope: dict[str, int]) -> None:
    card = paths.card(model)
    card.parent.mkdir(parents=True)
    card.write_text(json.dumps({"parameters": parameters, "scope": scope}))


PAPER = yaml.safe_load((ROOT / "config/paper.yaml").read_text())
MORE = PAPER | {
    "importance": PAPER["importance"] | {"halves": True, "against": None},
    "mask_fractions": [0.001, "calibrated"],
    "calibration": {"mask_fractions": [0.001, 0.003], "items": 32},
    "selections": {"contrastive": {"definition": "ratio", "pool": 5}, "top": {}},
    "models": {
        name: own | {"scores_on_host": True, "dtype": "float32"}
        for name, own in list(PAPER["models"].items())[:1]
    },
    "held_out_tests": {},
}

SUPER = PAPER | {"selections": {"top": {"without_super": True}}}


def planned(run: Run, model: str) -> list[Step]:
    """The plan of a model whose card says what its architecture has."""
    own, scope = run.configuration.models[model], run.scope
    known = architecture(model, own.source, Path("results/absent"))
    shape = model_shape(known, own.dtype, scope, True)
    whole = model_shape(known, own.dtype, Scope(scope.name), True).size
    write_card(model, whole.parameters, {scope.name: whole.in_scope})
    return model_steps(run, model, shape, workload(run), GPU)


def asked(run: Run, model: str, rule: str) -> tuple[int, int]:
    """Megabytes and minutes that the largest job of a rule asks for."""
    jobs = [own for own in JOBS[rule].all_of(run) if own.wildcards["model"] == model]
    declared = Declared(run, JOBS[rule])
    return (
        max(declared.memory(job.wildcards, 1) for job in jobs),
        max(declared.runtime(job.wildcards, 1) for job in jobs),
    )


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the shipped items, where cards may be written."""
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(("config", "rules"), [(PAPER, 7), (MORE, 11), (SUPER, 8)])
def test_the_plan_says_what_rules_ask_for(config: dict[str, Any], rules: int) -> None:
    run = Run.of(config)
    for model in run.models:
        steps = planned(run, model)
        assert len(steps) == rules
        for step in steps:
            found = round(step.memory / 1e6), round(step.minutes)
            assert found == asked(run, model, step.rule), step.rule


@pytest.mark.usefixtures("prepared")
def test_rules_ask_for_no_less_than_the_plan_where_few_layers_are_in_scope() -> None:
    # A card does not say how many weights of a scope lie in some layers.
    (name, model), *_ = PAPER["models"].items()
    run = Run.of(PAPER | {"models": {name: model}, "layers": [0, 3]})
    for step in planned(run, name):
        assert asked(run, name, step.rule)[0] >= round(step.memory / 1e6), step.rule


@pytest.mark.parametrize(
    ("run", "size", "rule", "expected"),
    [
        # 4 of a batch and of libraries; weights of 16 and a tenth of that for activations; of
        # scores of 20 as many as take three quarters of the weights.
        (scored(), ON_GPU, "compute_importance", 4 + 17.6 + 12),
        (scored(on_host=True), ON_GPU, "compute_importance", 4 + 17.6),
        (small(), ON_CPU, "compute_importance", 0),
        (scored(), ON_GPU, "find_super", 4 + 16),
        (small(), ON_GPU, "evaluate_model", 4 + 3.5 + 16),
        (small(), ON_GPU, "select_masks", 0),
    ],
)
def test_memory_on_the_gpu(run: Run, size: Size, rule: str, expected: float) -> None:
    wildcards = ["top"] if rule == "select_masks" else []
    found = JOBS[rule](run, "m", *wildcards).gpu_memory(size) / 1e9
    assert found == pytest.approx(expected)


def test_several_gpus_share_the_model() -> None:
    model = SMALL["models"]["m"] | {"device": "cuda", "gpus": 4}
    own = JOBS["evaluate_model"](small(models={"m": model}), "m")
    assert own.gpu_memory(ON_GPU) == 7.5e9 + 16e9 / 4
