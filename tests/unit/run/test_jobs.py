"""Jobs of whole configurations: their files, and what their settings depend on."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from tests.conftest import CONFIGURATIONS as SHIPPED
from tests.conftest import ROOT
from tests.unit.run.small import SMALL, write_items

from benchprof import codebase, paths
from benchprof.configuration.layers import read_layers
from benchprof.errors import InputError
from benchprof.files import as_json
from benchprof.jobs.all import job_of, jobs_of
from benchprof.jobs.analysis import CompareMasks
from benchprof.jobs.declared import Declared, one_of
from benchprof.jobs.evaluation import EvaluateBenchmark
from benchprof.jobs.job import paths_in
from benchprof.jobs.models import CheckSizes
from benchprof.jobs.script import run_script
from benchprof.jobs.selectivity import MeasureSelectivity
from benchprof.run.inputs import check_inputs
from benchprof.run.run import Run

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
PLANTED = yaml.safe_load((ROOT / "config/planted.yaml").read_text())
HALVES = DEFAULT | {
    "importance": DEFAULT["importance"] | {"halves": True},
    "mask_fractions": [0.001, "calibrated"],
    "selections": {"top": {"without_super": True}, "contrastive": {"definition": "sum"}},
    "controls": {"random": {"seeds": [1, 2], "matched_to": "each_ability"}},
}
MODELS = DEFAULT | {"evaluation_job": "model"}
# With keys that are no texts, as YAML reads them.
LISTS = {ability: {3: [number], 12: [0]} for number, ability in enumerate(DEFAULT["abilities"])}
LISTED = DEFAULT | {
    "unit": "head",
    "scope": "attention",
    "selections": {"listed": LISTS},
    "mask_fractions": ["listed"],
}
FORM = read_layers([ROOT / "config/planted_form.yaml"])
CONFIGURATIONS = {"default": DEFAULT, "planted": PLANTED, "form": FORM, "halves": HALVES,
                  "models": MODELS, "listed": LISTED}  # fmt: skip


@cache
def written_by(name: str) -> dict[Path, tuple[str, dict[str, str]]]:
    """The job of each output."""
    found: dict[Path, tuple[str, dict[str, str]]] = {}
    for job in jobs_of(Run.of(CONFIGURATIONS[name])):
        for path in job.written:
            assert path not in found, (path, found[path], job.rule, job.wildcards)
            found[path] = job.rule, job.wildcards
    return found


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_two_jobs_write_one_file(name: str) -> None:
    files = written_by(name)
    # Of 35 rules, without 1 of the validation, 3 of halves, 2 of calibration, 1 of
    # evaluation, 1 of super sets, and 2 of a second model, 1 of a second mask fraction. The
    # planted models' importance is dropped: no core of it.
    rules = {"default": 24, "planted": 26, "form": 24, "halves": 31, "models": 24,
             "listed": 20}[name]  # fmt: skip
    assert len({rule for rule, _ in files.values()}) == rules
    # No output is a folder that holds another's.
    assert not [path for path in files if not files.keys().isdisjoint(path.parents)]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_patterns_of_a_rule_are_the_files_of_its_jobs(name: str) -> None:
    run = Run.of(CONFIGURATIONS[name])
    patterns = {own.rule: Declared(run, own).outputs for own in set(map(type, jobs_of(run)))}
    for job in jobs_of(run):
        filled = {
            key: [text.format(**job.wildcards) for text in ([own] if isinstance(own, str) else own)]
            for key, own in patterns[job.rule].items()
        }
        assert filled == {key: [str(p) for p in paths_in(own)] for key, own in job.outputs.items()}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_named_run_writes_below_its_name(name: str, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: paths.enter(None))
    run = Run.of(CONFIGURATIONS[name] | {"run_name": "own"})
    folders = set()
    for job in jobs_of(run):
        declared = Declared(run, type(job))
        files = [Path(declared.log), Path(declared.timing), paths.settings(job.rule), *job.written]
        for file in files:
            results, own, folder, *_ = file.parts
            assert (results, own) == ("results", "own")
            folders.add(folder)
        read = [path for path in job.read if path.parts[0] == "results"]
        assert all(path.parts[1] == "own" for path in read)
    # None of them may be the name of a run.
    assert {folder for folder in folders if "." not in folder} <= paths.FOLDERS


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_output_names_its_job(name: str) -> None:
    run = Run.of(CONFIGURATIONS[name])
    by_job = {(rule, tuple(own.values())): path for path, (rule, own) in written_by(name).items()}
    # Of the last file of every fifth job: each asks the jobs before it.
    for path in list(by_job.values())[::5]:
        job = job_of(run, path)
        assert (job.rule, job.wildcards) == written_by(name)[path]


def test_a_file_in_an_output_folder_is_its_job_s() -> None:
    run = Run.of(DEFAULT)
    (model,) = run.models
    job = job_of(run, Path("results/models", model, "model.json"))
    assert (job.rule, job.wildcards) == ("prepare_model", {"model": model})


@pytest.mark.parametrize(
    "file",
    [
        "results/absent.csv",
        "results/models/absent",
        "config.yaml",
        "./results",
        # Of rules that this run does not have.
        "results/profiles/replication.csv",
        "results/validation/verdict.txt",
    ],
)
def test_a_file_of_no_job_is_refused(file: str) -> None:
    with pytest.raises(InputError, match="no job of this run writes it"):
        job_of(Run.of(DEFAULT), Path(file))


def test_a_job_of_the_evaluation_is_a_benchmark_s_or_a_model_s() -> None:
    files = {name: written_by(name) for name in ("default", "models")}
    assert files["default"].keys() == files["models"].keys()
    records = {path for path, (rule, _) in files["default"].items() if rule == "evaluate_benchmark"}
    assert len(records) == len(DEFAULT["benchmarks"]) * (1 + 10 + 5)
    assert records == {p for p, (rule, _) in files["models"].items() if rule == "evaluate_model"}
    (job,) = (job for job in jobs_of(Run.of(MODELS)) if job.rule == "evaluate_model")
    alone = [own for own in jobs_of(Run.of(DEFAULT)) if own.rule == "evaluate_benchmark"]
    assert job.settings == {own.wildcards["benchmark"]: own.settings for own in alone}
    asked = {path for own in alone for path in paths_in(own.inputs["asked"])}
    assert set(paths_in(job.inputs["asked"])) == asked


def test_what_selects_without_the_super_set_takes_it_and_nothing_else_does() -> None:
    run = Run.of(HALVES)
    (model,) = run.models
    target = Path(f"results/super/{model}.safetensors")
    assert job_of(run, target).rule == "find_super"
    takes = {
        (job.rule, job.wildcards.get("selection"))
        for job in jobs_of(run)
        if target in paths_in(job.inputs.get("super", []))
    }
    assert takes == {
        ("select_masks", "top"), ("draw_controls", "top"), ("select_half_masks", None),
        ("measure_stability", None), ("write_methods", None), ("write_report", None),
    }  # fmt: skip
    assert not any("super" in job.inputs for job in jobs_of(Run.of(DEFAULT)))


def test_selectivity_of_a_candidate_of_the_calibration_is_refused() -> None:
    """Its masks are made, and asked the calibration items alone. Masks of any mask fraction can be
    compared.
    """
    run = Run.of(DEFAULT | {"mask_fractions": ["calibrated"]})
    masks, candidate = (run.models[0], "contrastive"), run.candidate_mask_fractions[0]
    assert CompareMasks(run, *masks, candidate).inputs["masks"]
    chosen = MeasureSelectivity(run, *masks, "calibrated")
    assert chosen.inputs["records"]
    with pytest.raises(InputError, match=f"expected one of calibrated. Ask for {chosen.csv}"):
        assert MeasureSelectivity(run, *masks, candidate).inputs


def test_a_run_of_lists_ranks_nothing() -> None:
    jobs = [*jobs_of(Run.of(LISTED))]
    ranking = {"compute_importance", "locate_masks", "measure_core", "measure_stability"}
    assert {own.rule for own in jobs_of(Run.of(DEFAULT))} - {job.rule for job in jobs} == ranking
    (select,) = (job for job in jobs if job.rule == "select_masks")
    assert select.inputs["importance"] == []
    assert select.settings["selection"]["spatial_reasoning"] == {"3": [8], "12": [0]}
    names = {path.name for path in paths_in(select.outputs["masks"])}
    assert names == {"listed_listed.safetensors"}


def test_importance_that_is_dropped_is_read_by_masks_alone() -> None:
    """Else an archive or a table of masks would compute it again."""
    dropped = Run.of(DEFAULT | {"keep_importance": False})
    readers = {job.rule for job in jobs_of(dropped) if paths_in(job.inputs.get("importance", []))}
    assert readers == {"select_masks"}
    left_out = {own.rule for own in jobs_of(Run.of(DEFAULT))} - {j.rule for j in jobs_of(dropped)}
    assert left_out == {"measure_core"}
    assert dropped.drops_importance
    # Files of units are small.
    neurons = Run.of(DEFAULT | {"keep_importance": False, "unit": "neuron"})
    assert not neurons.drops_importance
    assert not Run.of(LISTED).drops_importance


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_settings_are_json(name: str) -> None:
    for job in jobs_of(Run.of(CONFIGURATIONS[name])):
        # Also not tuples, or keys that are numbers: those are read as something else.
        assert json.loads(as_json(job.settings)) == job.settings, job.rule


@pytest.mark.parametrize("config", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_inputs_are_made_by_jobs_or_named_by_the_configuration(config: dict[str, Any]) -> None:
    check_jobs(Run.of(config))


@pytest.mark.parametrize("file", SHIPPED)
def test_jobs_of_every_shipped_configuration_fit_together(file: str) -> None:
    """And know what they need; tests/workflow/test_profiles has Snakemake plan some of them."""
    config = read_layers([ROOT / file])
    # Whether programs may run depends on the machine.
    run = Run.of(config | {"run_code_unsafely": shutil.which("bwrap") is None})
    check_inputs(run)
    assert {"prepare_model", "write_report"} <= check_jobs(run)


def check_jobs(run: Run) -> set[str]:
    """The rules of a run, whose jobs take what others make, or what the configuration names."""
    jobs = list(jobs_of(run))
    made = [path for job in jobs for path in job.written]
    assert len({*made}) == len(made)
    for job in jobs:
        assert not {path for path in job.read if path.parts[0] == "results"} - {*made}, job.rule
        assert job.settings is not None
        assert job.memory(job.size) >= 0 and job.minutes(job.size) > 0
    return {job.rule for job in jobs}


def test_names_are_matched_alone() -> None:
    pattern = one_of(["phi-2", "SmolLM2.Q4"])
    assert re.fullmatch(pattern, "SmolLM2.Q4")
    assert not re.fullmatch(pattern, "SmolLM2-Q4")
    assert not re.fullmatch(pattern, "phi-22")


# What settings depend on.

Settings = dict[tuple[str, ...], Any]
WHOLE = ("write_manifest", "write_archive")
"""They hold the whole configuration."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The files of the small configuration."""
    monkeypatch.chdir(tmp_path)
    for model in "mn":
        Path(model).mkdir()
    for ability, split in product("xy", ("train", "calibration", "test")):
        ids = [f"{ability}-{split}-{number}" for number in range(3)]
        write_items(tmp_path / "items" / ability, split, ids)
    yield tmp_path


def settings_of(config: dict[str, Any]) -> Settings:
    return {
        (job.rule, *job.wildcards.values()): json.loads(as_json(job.settings))
        for job in jobs_of(Run.of(config))
        if job.rule not in WHOLE
    }


def changed(before: Settings, after: Settings) -> set[tuple[str, ...]]:
    """Jobs of both runs that have other settings."""
    return {job for job in before.keys() & after.keys() if before[job] != after[job]}


def changed_by(path: str, value: Any) -> set[tuple[str, ...]]:
    """Jobs that another value at a place of the small configuration gives other settings."""
    config = copy.deepcopy(SMALL)
    before = settings_of(config)
    *parents, last = path.split(".")
    section = config
    for step in parents:
        section = section[step]
    section[last] = value
    return changed(before, settings_of(config))


TEXTS = {"write_methods", "write_report"}
SELECTED = {"select_masks", "draw_controls", "select_half_masks", "measure_stability"}
SCORED = {"compute_importance", "select_half_masks", "measure_stability"}
READ = {"profile_items", "measure_worth"}
ANSWERED = {"evaluate_benchmark", "evaluate_calibration", "evaluate_halves", "export_items"}


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("benchmarks.other", {"task": "piqa"}, {"compute_profile", "profile_items"}),
        ("mask_fractions", [0.01, "calibrated", 0.1],
         {"check_sizes", "compute_profile", "export_items"} | SELECTED | TEXTS),
        ("profile.resamples", 300,
         {"compute_profile", "measure_replication", "measure_selectivity"} | TEXTS),
        ("profile.metric", "acc",
         {"compute_profile", "measure_replication", "export_items"} | TEXTS),
        ("controls.random.seeds", [7, 8, 9],
         {"draw_controls", "calibrate_masks", "compute_profile"} | TEXTS),
        ("calibration.items", 11, {"evaluate_calibration"} | TEXTS),
        ("importance.score", "taylor_abs", SCORED | TEXTS),
        ("selections.contrastive", {"definition": "ratio", "pool": 5}, SELECTED | TEXTS),
        ("selections.contrastive.without_super", True, SELECTED | TEXTS),
        ("ablation", "mean", ANSWERED | TEXTS),
        ("models.m.chat_template", True, {"check_sizes"} | ANSWERED),
        ("layers", [0, 1], {"check_sizes", "draw_controls"} | SCORED | TEXTS),
        # Where results are kept, and where they are computed, changes none.
        ("store", "elsewhere", set()),
        ("models.m.device", "auto", set()),
        ("models.m.scores_on_host", True, set()),
        ("annotation", {"answers": "a", "per_ability": 3}, set()),
    ],
)  # fmt: skip
def test_a_section_decides_the_settings_of_its_own_rules(
    path: str, value: Any, rules: set[str], folder: Path
) -> None:
    assert folder == Path.cwd()
    assert {rule for rule, *_ in changed_by(path, value)} == rules


@pytest.mark.parametrize(
    ("benchmark", "value"),
    [("x_test", {"ability": "x", "split": "test", "limit": 7}), ("arc", {"task": "arc_challenge"})],
)
def test_a_changed_benchmark_is_asked_again_alone(benchmark: str, value: Any, folder: Path) -> None:
    assert folder == Path.cwd()
    rules = ("evaluate_benchmark", "export_items")
    expected = {(rule, model, benchmark) for rule in rules for model in "mn"}
    if benchmark == "x_test":
        expected |= {("evaluate_halves", model, "x") for model in "mn"}
    # It reads all benchmarks in one job, and computes only what is new.
    expected |= {("profile_items", model) for model in "mn"}
    assert changed_by(f"benchmarks.{benchmark}", value) == expected


def test_a_model_s_keys_decide_its_own_jobs(folder: Path) -> None:
    assert folder == Path.cwd()
    found = changed_by("models.m.dtype", "bfloat16")
    assert {job[1] for job in found} == {"m"}
    assert {job[0] for job in found} == SCORED | ANSWERED | {"draw_controls"} | READ


def test_means_of_units_are_in_the_settings_of_what_they_decide_alone(folder: Path) -> None:
    assert folder == Path.cwd()
    zero = copy.deepcopy(SMALL) | {"unit": "neuron"}
    mean = zero | {"ablation": "mean"}
    assert {rule for rule, *_ in changed(settings_of(zero), settings_of(mean))} == ANSWERED | TEXTS
    job = {name: Declared(Run.of(own), EvaluateBenchmark).job({"model": "m", "benchmark": "arc"})
           for name, own in (("zero", zero), ("mean", mean), ("weights", SMALL))}  # fmt: skip
    items = {"items/x/train.jsonl", "items/y/train.jsonl"}
    assert {str(path) for path in paths_in(job["mean"].inputs["train"])} == items
    assert job["mean"].settings["means"]["items"].keys() == items
    for name in ("zero", "weights"):
        assert "train" not in job[name].inputs
        assert "means" not in job[name].settings


ALL = ("report_agreement",)
"""Its report is of all items."""
PROFILED = {(rule, m) for rule in READ for m in "mn"}


@pytest.mark.parametrize(
    ("split", "jobs"),
    [
        ("train", {(rule, m) for rule in SCORED for m in "mn"}),
        ("calibration", {("evaluate_calibration", m, "x") for m in "mn"}),
        ("test", {("evaluate_halves", m, "x") for m in "mn"}
         | {(rule, m, "x_test") for m in "mn" for rule in ("evaluate_benchmark", "export_items")}),
    ],
)  # fmt: skip
def test_changed_items_are_used_again_where_they_were(
    split: str, jobs: set[tuple[str, ...]], folder: Path
) -> None:
    before = settings_of(SMALL)
    file = folder / f"items/x/{split}.jsonl"
    text = file.read_text()
    file.touch()
    assert settings_of(SMALL) == before
    file.write_text(text.replace('"answer": 0', '"answer": 1', 1))
    assert changed(before, settings_of(SMALL)) == jobs | {ALL} | PROFILED


def test_a_rejected_item_is_left_out_where_it_was_used(folder: Path) -> None:
    assert folder == Path.cwd()
    found = changed_by("abilities.x.exclude", ["x-calibration-1"])
    assert found == {ALL, *PROFILED, *(("evaluate_calibration", m, "x") for m in "mn")}


def test_a_local_model_that_changed_is_prepared_again(folder: Path) -> None:
    before = settings_of(SMALL)
    (folder / "m/config.json").write_text("{}")
    assert changed(before, settings_of(SMALL)) == {("prepare_model", "m")}


WHEEL = {"wheel": "a==1", "sha256": "0" * 64, "file": "a.gguf"}


def test_only_a_model_that_is_converted_is_prepared_for_its_dtype(folder: Path) -> None:
    assert folder == Path.cwd()
    config = copy.deepcopy(SMALL)
    config["models"]["m"]["source"] = WHEEL
    every = settings_of(config)
    before = every[("prepare_model", "m")]
    assert set(every[("prepare_model", "n")]) == {"source", "files"}
    # As it was before a conversion knew of precisions.
    assert before == {
        "source": WHEEL,
        "files": {},
        "code": codebase.digest_of("models.conversion"),
    }
    for model, dtype, more in (
        ("m", "bfloat16", {"precision": "bfloat16"}),
        ("m", "float16", {}),
        ("n", "bfloat16", {}),
    ):
        other = copy.deepcopy(config)
        other["models"][model]["dtype"] = dtype
        assert settings_of(other)[("prepare_model", "m")] == before | more


def test_settings_files_are_written_when_they_change_alone(folder: Path) -> None:
    job = Declared(Run.of(SMALL), EvaluateBenchmark).job({"model": "m", "benchmark": "x_test"})
    (written,) = job.write_settings()
    file = folder / written
    assert file == folder / "results/settings/evaluate_benchmark/m/x_test/settings.json"
    assert json.loads(file.read_text()) == job.settings
    before = file.stat().st_mtime_ns
    job.write_settings()
    assert file.stat().st_mtime_ns == before


def test_the_settings_of_what_a_job_made_replace_those_of_a_plan_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its outputs would be newer than the settings of an edited configuration."""
    wildcards = {"model": "m", "benchmark": "x_test"}
    edited = copy.deepcopy(SMALL) | {"seed": SMALL["seed"] + 1}

    def make(job: EvaluateBenchmark, threads: int) -> None:
        assert threads == 1
        (file,) = Declared(Run.of(edited), EvaluateBenchmark).job(wildcards).write_settings()
        assert json.loads(file.read_text()) != job.settings

    monkeypatch.setattr(EvaluateBenchmark, "make", make)
    run_script(started("evaluate_benchmark", wildcards, ROOT / "workflow/scripts"))
    (file, own), *_ = EvaluateBenchmark(Run.of(SMALL), **wildcards).settings_files.items()
    assert json.loads((folder / file).read_text()) == own


def test_a_job_stops_that_has_another_library_than_its_checkout(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an environment with a library that comes first: its numbers would pass for these."""
    ran: list[CheckSizes] = []
    monkeypatch.setattr(CheckSizes, "make", lambda job, _: ran.append(job))
    snakemake = started("check_sizes", {"model": "m"}, folder / "other")
    # A script in a cache, without a library beside it, has an installed one.
    run_script(snakemake)
    assert len(ran) == 1
    (folder / "other/benchprof").mkdir(parents=True)
    with pytest.raises(SystemExit):
        run_script(snakemake)
    assert len(ran) == 1


def started(rule: str, wildcards: dict[str, str], folder: Path) -> SimpleNamespace:
    """What Snakemake gives to a script in a folder."""
    return SimpleNamespace(
        log=["job.log"], config=SMALL, params=SimpleNamespace(job=rule), wildcards=wildcards,
        threads=1, scriptdir=str(folder),
    )  # fmt: skip
