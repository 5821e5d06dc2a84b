# Importance: every weight in scope scored by gradients on each ability's train items.


# Cheap, so that a k which no mask can have is found before any gradient is computed.
rule check_sizes:
    input:
        model="results/models/{model}",
        settings=settings_file("sizes/{model}.json", size_settings),
    output:
        sizes="results/checks/{model}.json",
    log:
        "results/logs/check_sizes/{model}.log",
    benchmark:
        TIMINGS["check_sizes"]
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
    params:
        settings=size_settings,
    script:
        "../scripts/check_sizes.py"


rule compute_importance:
    input:
        model="results/models/{model}",
        sizes="results/checks/{model}.json",
        train=[str(items_of(ability, "train")) for ability in DIAGNOSED],
        settings=settings_file("importance/{model}.json", importance_settings),
    output:
        expand(IMPORTANCE, ability=DIAGNOSED, allow_missing=True),
    log:
        "results/logs/compute_importance/{model}.log",
    benchmark:
        TIMINGS["compute_importance"]
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=importance_memory,
        runtime=minutes(60, 15),
    params:
        settings=importance_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        on_host=lambda wildcards: config["models"][wildcards.model].get(
            "scores_on_host", False
        ),
        abilities=DIAGNOSED,
        store=STORE,
    script:
        "../scripts/compute_importance.py"
