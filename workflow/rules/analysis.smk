# Analysis: what the masks look like. Not part of the default run: `snakemake analysis`.


rule analysis:
    input:
        analysis_files(),


rule locate_masks:
    input:
        masks=expand(MASK, ability=ABILITIES, allow_missing=True),
        importance=IMPORTANCE.replace("{ability}", ABILITIES[0]),
        settings=settings_file("analysis.json", analysis_settings),
    output:
        csv="results/analysis/{model}/location_{selection}_{fraction}.csv",
        png=report(
            "results/analysis/{model}/location_{selection}_{fraction}.png",
            caption="../report/location.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{fraction}",
                "figure": "where they lie",
            },
        ),
        svg="results/analysis/{model}/location_{selection}_{fraction}.svg",
    log:
        "results/logs/locate_masks/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=comparison_memory,
        runtime=minutes(30, 5),
    params:
        abilities=ABILITIES,
        title="{model}: {selection}",
    script:
        "../scripts/locate_masks.py"


rule compare_masks:
    input:
        masks=expand(MASK, ability=ABILITIES, allow_missing=True),
        importance=IMPORTANCE.replace("{ability}", ABILITIES[0]),
        settings=settings_file("analysis.json", analysis_settings),
    output:
        csv="results/analysis/{model}/overlap_{selection}_{fraction}.csv",
        png=report(
            "results/analysis/{model}/overlap_{selection}_{fraction}.png",
            caption="../report/overlap.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{fraction}",
                "figure": "overlap",
            },
        ),
        svg="results/analysis/{model}/overlap_{selection}_{fraction}.svg",
    log:
        "results/logs/compare_masks/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=comparison_memory,
        runtime=minutes(30, 5),
    params:
        abilities=ABILITIES,
        title="{model}: {selection}",
    script:
        "../scripts/compare_masks.py"


rule measure_selectivity:
    input:
        intact=expand(
            RECORD,
            benchmark=[*own_benchmarks().values(), *own_twins().values()],
            ablation=["intact"],
            allow_missing=True,
        ),
        records=lambda wildcards: [s["record"] for s in own_sources(wildcards)],
        masks=lambda wildcards: sorted({s["mask"] for s in own_sources(wildcards)}),
        settings=settings_file("analysis.json", analysis_settings),
    output:
        csv="results/analysis/{model}/selectivity_{selection}_{fraction}.csv",
        png=report(
            "results/analysis/{model}/selectivity_{selection}_{fraction}.png",
            caption="../report/selectivity.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{fraction}",
                "figure": "selectivity",
            },
        ),
        svg="results/analysis/{model}/selectivity_{selection}_{fraction}.svg",
    log:
        "results/logs/measure_selectivity/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        tests=own_benchmarks(),
        twins=own_twins(),
        sources=own_sources,
        title="{model}: {selection}",
    script:
        "../scripts/measure_selectivity.py"


rule measure_core:
    input:
        model="results/models/{model}",
        importance=expand(IMPORTANCE, ability=ABILITIES, allow_missing=True),
        settings=settings_file("analysis.json", analysis_settings),
    output:
        csv="results/analysis/{model}/core.csv",
        png=report(
            "results/analysis/{model}/core.png",
            caption="../report/core.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "top",
                "k": "all",
                "figure": "shared core",
            },
        ),
        svg="results/analysis/{model}/core.svg",
    log:
        "results/logs/measure_core/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        mem_mb=core_memory,
        runtime=minutes(60, 15),
    params:
        abilities=ABILITIES,
        fractions=CORE_FRACTIONS,
        title="{model}: what top masks share",
    script:
        "../scripts/measure_core.py"


# Not from the results alone: it computes importance again, twice as much as the run did.
rule measure_stability:
    input:
        model="results/models/{model}",
        sizes="results/checks/{model}.json",
        train=[str(items_of(ability, "train")) for ability in DIAGNOSED],
        settings=settings_file("stability/{model}.json", stability_settings),
    output:
        csv="results/analysis/{model}/stability.csv",
        png=report(
            "results/analysis/{model}/stability.png",
            caption="../report/stability.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "all",
                "k": "all",
                "figure": "stability",
            },
        ),
        svg="results/analysis/{model}/stability.svg",
    log:
        "results/logs/measure_stability/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=stability_memory,
        runtime=minutes(180, 60),
    params:
        settings=stability_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        on_host=lambda wildcards: config["models"][wildcards.model].get(
            "scores_on_host", False
        ),
        diagnosed=DIAGNOSED,
        title="{model}: how far the masks of two halves of the items agree",
    script:
        "../scripts/measure_stability.py"
