# Reading: items with their texts and what every model answered. Not part of the default run, since
# benchmarks' texts are others' work: `snakemake items`.


rule items:
    input:
        expand(
            "results/items/{model}/{benchmark}.{form}",
            model=MODELS,
            benchmark=BENCHMARKS,
            form=["csv", "md"],
        ),


rule export_items:
    input:
        unpack(benchmark_data),
        model="results/models/{model}",
        records=expand(
            RECORD,
            ablation=["intact", *(a["name"] for a in ABLATIONS)],
            allow_missing=True,
        ),
        settings=settings_file("items/{model}/{benchmark}.json", reading_settings),
    output:
        csv="results/items/{model}/{benchmark}.csv",
        md="results/items/{model}/{benchmark}.md",
    log:
        "results/logs/export_items/{model}/{benchmark}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
    params:
        settings=reading_settings,
        ablations=[a["name"] for a in ABLATIONS],
        # On the page one random control stands for all.
        compared=[a["name"] for a in ABLATIONS if a["seed"] in (None, *SEEDS[:1])],
        title="{benchmark} under {model}",
        local_files=lambda wildcards: list(shipped_data(wildcards.benchmark)),
    script:
        "../scripts/export_items.py"
