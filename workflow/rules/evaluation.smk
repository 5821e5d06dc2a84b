# Evaluation: the intact and every ablated model answer the same requests of a benchmark.


def benchmark_data(wildcards):
    """The files that a benchmark reads, by their kind; none where it reads from the Hub."""
    benchmark = config["benchmarks"][wildcards.benchmark]
    files = {key: benchmark[key] for key in ("data", "task_file") if key in benchmark}
    if "ability" in benchmark:
        files["ability_items"] = str(items_of(benchmark["ability"], benchmark["split"]))
    return files


def evaluation_settings(wildcards):
    model = config["models"][wildcards.model]
    return {
        "benchmark": config["benchmarks"][wildcards.benchmark],
        "dtype": model["dtype"],
        "chat_template": model.get("chat_template", False),
        "seed": config["seed"],
        "files": files_of(benchmark_data(wildcards).values()),
        "code": codebase.digest_of("evaluation"),
    }


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
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    params:
        settings=evaluation_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        ablations=[a["name"] for a in ABLATIONS],
        store=STORE,
    script:
        "../scripts/evaluate_benchmark.py"
