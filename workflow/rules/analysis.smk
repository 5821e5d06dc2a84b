# Analysis: what the masks look like. Not part of the default run: `snakemake analysis`.


rule analysis:
    input:
        analysis_jobs.analysis_files(RUN),


rule locate_masks:
    input:
        unpack(of("locate_masks").inputs),
    output:
        csv="results/analysis/{model}/location_{selection}_{k}.csv",
        png=report(
            "results/analysis/{model}/location_{selection}_{k}.png",
            caption="../report/location.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "where they lie",
            },
        ),
        svg="results/analysis/{model}/location_{selection}_{k}.svg",
        txt="results/analysis/{model}/location_{selection}_{k}.txt",
    log:
        "results/logs/locate_masks/{model}/{selection}_{k}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("locate_masks").on_host,
    params:
        job="locate_masks",
    script:
        "../scripts/compare_masks.py"


rule compare_masks:
    input:
        unpack(of("compare_masks").inputs),
    output:
        csv="results/analysis/{model}/overlap_{selection}_{k}.csv",
        png=report(
            "results/analysis/{model}/overlap_{selection}_{k}.png",
            caption="../report/overlap.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "overlap",
            },
        ),
        svg="results/analysis/{model}/overlap_{selection}_{k}.svg",
        txt="results/analysis/{model}/overlap_{selection}_{k}.txt",
    log:
        "results/logs/compare_masks/{model}/{selection}_{k}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("compare_masks").on_host,
    params:
        job="compare_masks",
    script:
        "../scripts/compare_masks.py"


rule measure_selectivity:
    input:
        unpack(of("measure_selectivity").inputs),
    output:
        csv="results/analysis/{model}/selectivity_{selection}_{k}.csv",
        effects="results/analysis/{model}/effects_{selection}_{k}.csv",
        png=report(
            "results/analysis/{model}/selectivity_{selection}_{k}.png",
            caption="../report/selectivity.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "selectivity",
            },
        ),
        svg="results/analysis/{model}/selectivity_{selection}_{k}.svg",
        txt="results/analysis/{model}/selectivity_{selection}_{k}.txt",
    log:
        "results/logs/measure_selectivity/{model}/{selection}_{k}.log",
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("measure_selectivity").on_host,
    params:
        job="measure_selectivity",
    script:
        "../scripts/measure_selectivity.py"


rule measure_core:
    input:
        unpack(of("measure_core").inputs),
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
        txt="results/analysis/{model}/core.txt",
    log:
        "results/logs/measure_core/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        **of("measure_core").on_host,
    params:
        job="measure_core",
    script:
        "../scripts/measure_core.py"


# Not from the results alone: it computes importance again, twice as much as the run did.
rule measure_stability:
    input:
        unpack(of("measure_stability").inputs),
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
        txt="results/analysis/{model}/stability.txt",
    log:
        "results/logs/measure_stability/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("measure_stability").on_gpu,
    params:
        job="measure_stability",
        places=of("measure_stability").places,
    script:
        "../scripts/measure_stability.py"
