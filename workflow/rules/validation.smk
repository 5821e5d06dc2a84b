# Validation: models whose abilities lie in known weights, profiled by the ordinary rules, and what
# of the truth was recovered. Only with `validation` in the configuration: `make validate`.

VALIDATION = config["validation"]
PLANTED = VALIDATION["planted"]
PLANTING = f"{workflow.basedir}/resources/planted"
VIEW = fraction_name(VALIDATION["fraction"])
BLOCK = "results/validation/{model}/blocks/{ability}.safetensors"
TRUTH = "results/validation/{model}/truth/{benchmark}/{state}.json"
POOL = "results/validation/{model}/pool/{state}.json"
STATES = ["intact", *ABILITIES]
RECOVERY = ["recovery", "cells", "masks", "coverage", "similarity"]


def planted_folder(wildcards):
    return config["models"][wildcards.model]["source"]["folder"]


def planted_card(wildcards):
    return f"{planted_folder(wildcards)}/card.json"


def planting_settings(wildcards):
    """The code that draws the planted world's items."""
    files = Path(PLANTING, "planting").glob("*.py")
    return {path.name: digests.of_file(path) for path in sorted(files)} | {
        "items_of_each_kind": VALIDATION["items_of_each_kind"]
    }


def acceptance_settings(wildcards):
    code = digests.of_modules(["benchprof.validation.card", "benchprof.masks.ablation"])
    return planting_settings(wildcards) | {"code": code}


def truth_settings(wildcards):
    """What decides the blocks' evaluation."""
    files = {path for name in BENCHMARKS for path in data_of(name).values()}
    return {
        "benchmarks": config["benchmarks"],
        "dtype": config["models"][wildcards.model]["dtype"],
        "seed": config["seed"],
        "files": files_of(sorted(files)),
        "code": [
            codebase.digest_of("evaluation"),
            digests.of_modules(
                ["benchprof.validation.card", "benchprof.validation.blocks"]
            ),
        ],
    }


def pool_settings(wildcards):
    return {
        "prompt": digests.of_file(data.TASKS / "ability_items.yaml"),
        "dtype": config["models"][wildcards.model]["dtype"],
        "seed": config["seed"],
        "code": codebase.digest_of("evaluation"),
    }


def planted_files():
    """Blocks' masks, records of the truth and of the pool, by planted model."""
    return {
        model: {
            "blocks": {a: BLOCK.format(model=model, ability=a) for a in ABILITIES},
            "truth": {
                name: {
                    s: TRUTH.format(model=model, benchmark=name, state=s)
                    for s in STATES
                }
                for name in BENCHMARKS
            },
            "pool": {s: POOL.format(model=model, state=s) for s in STATES},
        }
        for model in PLANTED
    }


def recovery_settings(wildcards):
    modules = [
        f"benchprof.validation.{m}"
        for m in ("blocks", "card", "job", "true_similarity")
    ]
    modules += ["benchprof.validation.coverage", "benchprof.validation.recovery"]
    drawn = ["benchprof.validation.recovery_figure", "benchprof.report.style"]
    return {
        "validation": {
            k: v for k, v in VALIDATION.items() if not k.startswith("thresholds")
        },
        "profile": profile_settings(wildcards),
        "code": [
            codebase.digest_of("profile"),
            digests.of_modules([*modules, *drawn]),
        ],
    }


def threshold_settings(wildcards):
    return VALIDATION | {
        "code": digests.of_modules(["benchprof.validation.thresholds"])
    }


def planted_masks():
    """(model, ability, selection, fraction, file) of every mask of the planted models."""
    keys = product(PLANTED, ABILITIES, SELECTIONS, FRACTIONS)
    return [
        (m, a, s, f, MASK.format(model=m, ability=a, selection=s, fraction=f))
        for m, a, s, f in keys
    ]


rule validation:
    input:
        "results/validation/verdict.txt",


rule accept_model:
    input:
        card=planted_card,
        model="results/models/{model}",
        settings=settings_file("validation/acceptance.json", acceptance_settings),
    output:
        acceptance="results/validation/{model}/acceptance.json",
    log:
        "results/logs/accept_model/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
    params:
        planting=PLANTING,
        folder=planted_folder,
    script:
        "../scripts/accept_model.py"


rule write_pool:
    input:
        settings=settings_file("validation/planting.json", planting_settings),
    output:
        pool="results/validation/pool.jsonl",
    log:
        "results/logs/write_pool.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        planting=PLANTING,
        each=VALIDATION["items_of_each_kind"],
    script:
        "../scripts/write_pool.py"


rule evaluate_blocks:
    input:
        card=planted_card,
        model="results/models/{model}",
        settings=settings_file("validation/{model}/truth.json", truth_settings),
    output:
        masks=expand(BLOCK, ability=ABILITIES, allow_missing=True),
        records=expand(TRUTH, benchmark=BENCHMARKS, state=STATES, allow_missing=True),
    log:
        "results/logs/evaluate_blocks/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=evaluation_memory,
        runtime=minutes(120, 30),
    params:
        settings=truth_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        abilities=ABILITIES,
        ability_items={
            name: str(items_of(own["ability"], own["split"]))
            for name, own in config["benchmarks"].items()
            if "ability" in own
        },
        store=STORE,
    script:
        "../scripts/evaluate_blocks.py"


rule answer_pool:
    input:
        model="results/models/{model}",
        pool="results/validation/pool.jsonl",
        masks=lambda wildcards: [
            MASK.format(
                model=wildcards.model,
                ability=ability,
                selection=VALIDATION["selection"],
                fraction=VIEW,
            )
            for ability in ABILITIES
        ],
        settings=settings_file("validation/{model}/pool.json", pool_settings),
    output:
        records=expand(POOL, state=STATES, allow_missing=True),
    log:
        "results/logs/answer_pool/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=evaluation_memory,
        runtime=minutes(120, 30),
    params:
        settings=pool_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        abilities=ABILITIES,
        store=STORE,
    script:
        "../scripts/answer_pool.py"


rule measure_recovery:
    input:
        models=expand("results/models/{model}", model=PLANTED),
        impact="results/profiles/impact.parquet",
        findings="results/profiles/findings.parquet",
        similarity="results/profiles/similarity.parquet",
        pool="results/validation/pool.jsonl",
        blocks=expand(BLOCK, model=PLANTED, ability=ABILITIES),
        truth=expand(TRUTH, model=PLANTED, benchmark=BENCHMARKS, state=STATES),
        answers=expand(POOL, model=PLANTED, state=STATES),
        masks=[path for *_, path in planted_masks()],
        composition=VALIDATION["composition"],
        settings=settings_file("validation/recovery.json", recovery_settings),
    output:
        **{name: f"results/validation/{name}.csv" for name in RECOVERY},
        figure=report(
            "results/validation/recovery.png",
            caption="../report/recovery.rst",
            category="Validation",
        ),
        svg="results/validation/recovery.svg",
    log:
        "results/logs/measure_recovery.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
    params:
        planted=planted_files(),
        masks=planted_masks(),
        validation=VALIDATION,
        profile=profile_settings,
        fraction=VIEW,
    script:
        "../scripts/measure_recovery.py"


rule check_recovery:
    input:
        recovery="results/validation/recovery.csv",
        coverage="results/validation/coverage.csv",
        similarity="results/validation/similarity.csv",
        acceptance=expand("results/validation/{model}/acceptance.json", model=PLANTED),
        settings=settings_file("validation/thresholds.json", threshold_settings),
    output:
        verdict="results/validation/verdict.txt",
    log:
        "results/logs/check_recovery.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        validation=VALIDATION,
        fraction=VIEW,
    script:
        "../scripts/check_recovery.py"
