# The names, paths, constraints and input functions that the rules share.

import re
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import yaml
from snakemake.exceptions import WorkflowError

sys.path.insert(0, f"{workflow.basedir}/workflow/scripts")

from benchprof import codebase, data, digests, runs
from benchprof.abilities.item import SPLITS, check_twins, read_items
from benchprof.configuration import (
    CALIBRATED,
    CHAT_DATE,
    candidates,
    check_calibration_items,
    check_configuration,
    check_duplicate_keys,
    check_exclusion,
    check_model_folder,
    check_validation,
    fraction_name,
)
from benchprof.errors import InputError
from benchprof.tasks.definition import (
    check_local_files,
    definition_path,
    local_files,
    read_definition,
)
from benchprof.tasks.functions import files_of_task
from benchprof.sandbox.sandbox import Sandbox
from benchprof.files import write_if_changed
from benchprof.jsonl import read_objects


def own_benchmarks():
    """The benchmark that is an ability's test split, by ability; the first where there are more."""
    own = {}
    for name, benchmark in config["benchmarks"].items():
        if benchmark.get("split") == "test" and not benchmark.get("twins"):
            own.setdefault(benchmark["ability"], name)
    return own


def own_twins():
    """The benchmark that has the twins of the same items as an ability's own, by ability."""
    twins = {}
    for ability, own in own_benchmarks().items():
        same = config["benchmarks"][own] | {"twins": True}
        for name, benchmark in config["benchmarks"].items():
            if benchmark == same:
                twins.setdefault(ability, name)
    return twins


def check_inputs():
    """Stop before anything is computed: faults of the configuration and of the files it names."""
    files = [Path(f) for f in workflow.config_settings.configfiles or ["config.yaml"]]
    source = ", ".join(map(str, files))
    for file in files:
        check_duplicate_keys(file)
    check_configuration(
        config,
        yaml.safe_load(data.CONFIGURATION_SCHEMA.read_text(encoding="utf-8")),
        source,
    )
    if "validation" in config:
        check_validation(config, source)
    for ability in ABILITIES:
        check_exclusion(
            config["abilities"][ability].get("exclude", []),
            {split: item_ids(ability, split) for split in SPLITS},
            f"{source}, abilities.{ability}.exclude",
            Path(config["abilities"][ability]["items"]),
        )
    if CALIBRATED in config["fractions"]:
        check_calibration_items(
            {
                ability: len(item_ids(ability, "calibration"))
                - len(excluded(ability, "calibration"))
                for ability in ABILITIES
            },
            source,
        )
    if background():
        read_items(items_of("_background", "train"))
    folder = config.get("benchmark_data")
    for name, benchmark in config["benchmarks"].items():
        if "benchmark" in benchmark:
            where = f"{source}, benchmarks.{name}.benchmark"
            definition = read_definition(benchmark["benchmark"], where)
            check_local_files(local_files(definition, folder and Path(folder)))
            if definition.kind == "program":
                Sandbox(unsafe=config.get("run_code_unsafely", False))
        if benchmark.get("twins"):
            check_twins_benchmark(name, benchmark)
        if "data" in benchmark:
            for _ in read_objects(Path(benchmark["data"]), "benchmark items"):
                pass
        if "task_file" in benchmark and not Path(benchmark["task_file"]).is_file():
            raise InputError(
                benchmark["task_file"], "no such file", "a lm-eval task file"
            )
    for model in config["models"].values():
        if "folder" in model["source"]:
            check_model_folder(Path(model["source"]["folder"]))


def check_twins_benchmark(name, benchmark):
    """Stop where an item has no twin, or where the twins of a test split would stand alone."""
    ability, split = benchmark["ability"], benchmark["split"]
    path, rejected = items_of(ability, split), excluded(ability, split)
    items = [item for item in read_items(path) if item.id not in rejected]
    check_twins(path, items, f"benchmarks.{name}.twins")
    if split == "test" and name not in own_twins().values():
        own = own_benchmarks().get(ability, "the ability's test split")
        expected = f"the keys of {own} and `twins: true`, in one benchmark"
        remedy = "The analysis compares twins with the questions of the same items."
        raise InputError(f"benchmarks.{name}", str(dict(benchmark)), expected, remedy)


def background():
    """The folder of items that `specific` contrasts every ability with, if any."""
    return config["selections"].get("specific", {}).get("background")


def items_of(ability, split):
    """An ability's file of items, or the background's."""
    of_ability = ability in config["abilities"]
    folder = config["abilities"][ability]["items"] if of_ability else background()
    return Path(folder, f"{split}.jsonl")


def item_ids(ability, split):
    return [item.id for item in read_items(items_of(ability, split))]


def excluded(ability, split):
    """The ids of a split's items that experts rejected: of no other split, which they don't concern."""
    rejected = config["abilities"].get(ability, {}).get("exclude")
    if not rejected:
        return []
    return sorted(set(rejected) & set(item_ids(ability, split)))


ABILITIES = list(config.get("abilities") or {})
try:
    check_inputs()
except InputError as error:
    raise WorkflowError(str(error)) from None

# What importance is computed for.
DIAGNOSED = [*ABILITIES, "_background"] if background() else ABILITIES
MODELS = list(config["models"])
BENCHMARKS = list(config["benchmarks"])
SELECTIONS = list(config["selections"])
FRACTIONS = [fraction_name(fraction) for fraction in config["fractions"]]
# What `calibrated` is chosen from.
CANDIDATES = candidates(config)
# Each k that is known before a run, and with the candidates: what masks are selected at.
NUMBERS = [fraction for fraction in FRACTIONS if fraction != CALIBRATED]
SIZES = list(dict.fromkeys(NUMBERS + CANDIDATES))
SEEDS = config["controls"]["random"]["seeds"]
EACH_ABILITY = config["controls"]["random"]["matched_to"] == "each_ability"
# What random controls are matched to: each ability's own mask, or all abilities' on average.
MATCHED = ABILITIES if EACH_ABILITY else ["all_abilities"]
STORE = config["store"]


def one_of(names):
    return "|".join(map(re.escape, names))


wildcard_constraints:
    model=one_of(MODELS),
    ability=one_of([*ABILITIES, "all_abilities", "_background"]),
    benchmark=one_of(BENCHMARKS),
    selection=one_of(SELECTIONS),
    fraction=one_of(dict.fromkeys([*FRACTIONS, *CANDIDATES])),


# Paths of what several rules name.

IMPORTANCE = "results/importance/{model}/{ability}.safetensors"
MASK = "results/masks/{model}/{ability}/{selection}_{fraction}.safetensors"
CONTROL = (
    "results/masks/{model}/{ability}/{selection}-random-{seed}_{fraction}.safetensors"
)
RECORD = "results/evaluations/{model}/{benchmark}/{ablation}.json"
CALIBRATION = "results/calibration/{model}/{selection}.{form}"
CALIBRATION_RECORD = "results/calibration/{model}/{ability}/{ablation}.json"

# What Snakemake notes of each job's time and memory.
TIMINGS = {
    "prepare_model": "results/timings/prepare_model/{model}.tsv",
    "check_sizes": "results/timings/check_sizes/{model}.tsv",
    "compute_importance": "results/timings/compute_importance/{model}.tsv",
    "select_masks": "results/timings/select_masks/{model}/{selection}.tsv",
    "draw_controls": "results/timings/draw_controls/{model}/{selection}.tsv",
    "evaluate_calibration": "results/timings/evaluate_calibration/{model}/{ability}.tsv",
    "calibrate_masks": "results/timings/calibrate_masks/{model}/{selection}.tsv",
    "evaluate_benchmark": "results/timings/evaluate_benchmark/{model}/{benchmark}.tsv",
    "compute_profile": "results/timings/compute_profile.tsv",
}


def ablations(fractions, matched):
    """Every ablation of a model: its name and what it is; `seed` is None for an ability's mask."""
    masks = [
        {
            "ability": a,
            "selection": s,
            "fraction": f,
            "seed": None,
            "name": f"{a}.{s}_{f}",
        }
        for s, f, a in product(SELECTIONS, fractions, ABILITIES)
    ]
    controls = [
        {
            "ability": a,
            "selection": s,
            "fraction": f,
            "seed": seed,
            "name": f"{a}.{s}-random-{seed}_{f}",
        }
        for s, f, seed, a in product(SELECTIONS, fractions, SEEDS, matched)
    ]
    return masks + controls


ABLATIONS = ablations(FRACTIONS, MATCHED)
# Of the calibration items of `{ability}`, which its own controls alone concern.
TRIALS = ablations(CANDIDATES, ["{ability}"] if EACH_ABILITY else MATCHED)
# What an ability's calibration items are answered under, with the wildcards of the rest.
CALIBRATION_RECORDS = expand(
    CALIBRATION_RECORD,
    ablation=["intact", *(trial["name"] for trial in TRIALS)],
    allow_missing=True,
)


def mask_of(model, ablation):
    """The mask file of one ablation of `ABLATIONS` or `TRIALS`."""
    pattern = MASK if ablation["seed"] is None else CONTROL
    fields = {key: value for key, value in ablation.items() if key != "name"}
    return pattern.format(model=model, **fields)


def calibration_files():
    """What k was chosen and why, where `fractions` leaves it to the calibration splits."""
    if not CANDIDATES:
        return []
    return expand(CALIBRATION, model=MODELS, selection=SELECTIONS, form=["json", "csv"])


# Of the profile stage: those of the page. The table of items has a row per item and is too large.
TABLES = [
    "impact",
    "findings",
    "reliability",
    "power",
    "flips",
    "similarity",
    "benchmark_similarity",
    "model_differences",
]


def profile_tables():
    """Every table of the profile stage."""
    tables = expand(
        "results/profiles/{name}{ending}", name=TABLES, ending=[".csv", ".parquet"]
    )
    return [*tables, "results/profiles/items.parquet"]


# Of either half of the train items (`importance: halves: true`).
HALF_MASK = (
    "results/masks/{model}/{ability}/{selection}-half-{half}_{fraction}.safetensors"
)
HALF_RECORD = (
    "results/replication/{model}/{ability}/{selection}-half-{half}_{fraction}.json"
)
HALF_INTACT = "results/replication/{model}/{ability}/intact.json"
HALVES = {"selection": SELECTIONS, "half": [1, 2], "fraction": NUMBERS}
# What draws and scores the halves of the train items.
HALVING = ["benchprof.replication.halves", "benchprof.replication.masks"]


def replication_tables(ending):
    """By how much own AIS differ with the train items, where that is measured."""
    asked = config["importance"].get("halves") and own_benchmarks() and NUMBERS
    return [f"results/profiles/replication{ending}"] if asked else []


def timings():
    """The timing file of every job, by rule; one of an older run may be missing."""
    names = {
        "model": MODELS,
        "ability": ABILITIES,
        "selection": SELECTIONS,
        "benchmark": BENCHMARKS,
    }
    unused = () if CANDIDATES else ("evaluate_calibration", "calibrate_masks")
    return {
        stage: sorted(set(expand(path, **names)))
        for stage, path in TIMINGS.items()
        if stage not in unused
    }


def all_figures():
    """Every figure as PNG; an SVG and the numbers as CSV lie beside it."""
    kinds = ["impact", "forest", "radar", "ribbons"]
    if len(BENCHMARKS) > 2:
        kinds.append("clusters")
    views = {"selection": SELECTIONS, "fraction": FRACTIONS}
    figures = expand(
        "results/figures/{model}/{kind}_{selection}_{fraction}.png",
        model=MODELS,
        kind=kinds,
        **views,
    )
    if len(FRACTIONS) > 1:
        figures += expand(
            "results/figures/{model}/sweep_{selection}.png",
            model=MODELS,
            selection=SELECTIONS,
        )
    if len(MODELS) > 1:
        figures += expand(
            "results/figures/similarity_{selection}_{fraction}.png", **views
        )
    return [*figures, "results/figures/pipeline.png"]


# Radars also come singly.
RADAR = "results/figures/{model}/radar_{selection}_{fraction}/{benchmark}.{form}"


def single_radars():
    return expand(
        RADAR,
        model=MODELS,
        selection=SELECTIONS,
        fraction=FRACTIONS,
        benchmark=BENCHMARKS,
        form=["png", "svg", "csv"],
    )


def beside(figures, ending):
    """The same figures with another ending."""
    return [figure.removesuffix(".png") + ending for figure in figures]


def paper_tables():
    """AIS and similarity for a paper, as LaTeX and Markdown."""
    views = {"selection": SELECTIONS, "fraction": FRACTIONS, "form": ["tex", "md"]}
    tables = expand(
        "results/tables/{model}/impact_{selection}_{fraction}.{form}",
        model=MODELS,
        **views,
    )
    if len(MODELS) > 1:
        tables += expand(
            "results/tables/similarity_{selection}_{fraction}.{form}", **views
        )
    return tables


def settings_file(path, settings):
    """An input function: the file that holds a job's settings, written when they changed.

    Snakemake remembers parameters in `.snakemake` alone. As an input, changed settings make an
    output stale by its modification time also where those records are lost.

    Args:
        path: below results/settings, with wildcards.
        settings: from wildcards to the settings.
    """

    def written(wildcards):
        file = Path("results/settings", path.format(**dict(wildcards.items())))
        return str(write_if_changed(file, settings(wildcards)))

    return written


def files_of(paths):
    """The digests of files that users give: their content decides, not their modification time."""
    return {str(path): digests.of_file(Path(path)) for path in paths}
