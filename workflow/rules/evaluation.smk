# Evaluation: the intact and every ablated model answer the same requests of a benchmark.


rule evaluate_benchmark:
    input:
        unpack(benchmark_data),
        model="results/models/{model}",
        masks=lambda wildcards: [mask_of(wildcards.model, a) for a in ABLATIONS],
        settings=settings_file(
            "evaluations/{model}/{benchmark}.json", evaluation_settings
        ),
    output:
        records=expand(
            RECORD,
            ablation=["intact", *(a["name"] for a in ABLATIONS)],
            allow_missing=True,
        ),
    log:
        "results/logs/evaluate_benchmark/{model}/{benchmark}.log",
    benchmark:
        TIMINGS["evaluate_benchmark"]
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=evaluation_memory,
        runtime=minutes(120, 30),
    params:
        settings=evaluation_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        ablations=[a["name"] for a in ABLATIONS],
        local_files=lambda wildcards: list(shipped_data(wildcards.benchmark)),
        store=STORE,
    script:
        "../scripts/evaluate_benchmark.py"
