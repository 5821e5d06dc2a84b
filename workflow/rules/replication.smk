# Replication: what another draw of the train items would have made of each ability's mask, on its
# own test. Only with `importance: halves: true`.


# Computes importance again, of each half of the train items alone.
rule select_half_masks:
    input:
        model="results/models/{model}",
        sizes="results/checks/{model}.json",
        train=[str(items_of(ability, "train")) for ability in DIAGNOSED],
        settings=settings_file("halves/{model}.json", half_settings),
    output:
        masks=expand(HALF_MASK, ability=ABILITIES, **HALVES, allow_missing=True),
    log:
        "results/logs/select_half_masks/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=importance_memory,
        runtime=minutes(60, 15),
    params:
        settings=half_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        on_host=lambda wildcards: config["models"][wildcards.model].get(
            "scores_on_host", False
        ),
        diagnosed=DIAGNOSED,
        mask_keys=list(product(ABILITIES, SELECTIONS, [1, 2], NUMBERS)),
        store=STORE,
    script:
        "../scripts/select_half_masks.py"


rule evaluate_halves:
    input:
        unpack(lambda wildcards: benchmark_data(own_test(wildcards))),
        model="results/models/{model}",
        masks=expand(HALF_MASK, **HALVES, allow_missing=True),
        settings=settings_file(
            "halves/{model}/{ability}.json",
            lambda wildcards: evaluation_settings(own_test(wildcards)),
        ),
    output:
        records=[HALF_INTACT, *expand(HALF_RECORD, **HALVES, allow_missing=True)],
    log:
        "results/logs/evaluate_halves/{model}/{ability}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=evaluation_memory,
        runtime=minutes(120, 30),
    params:
        settings=lambda wildcards: evaluation_settings(own_test(wildcards)),
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        ablations=expand("{selection}-half-{half}_{fraction}", **HALVES),
        local_files=[],
        store=STORE,
    script:
        "../scripts/evaluate_benchmark.py"


rule measure_replication:
    input:
        impact="results/profiles/impact.parquet",
        intact=expand(HALF_INTACT, model=MODELS, ability=own_benchmarks()),
        records=[source["record"] for source in replication_sources()],
        masks=[source["mask"] for source in replication_sources()],
        settings=settings_file("replication.json", replication_state),
    output:
        csv="results/profiles/replication.csv",
        parquet="results/profiles/replication.parquet",
    log:
        "results/logs/measure_replication.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        settings=profile_settings,
        intact=list(product(MODELS, own_benchmarks().values())),
        sources=replication_sources(),
    script:
        "../scripts/measure_replication.py"
