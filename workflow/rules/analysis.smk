# Analysis: what the masks look like. Not part of the default run: `snakemake analysis`.


rule analysis:
    input:
        analysis_jobs.analysis_files(RUN),


# Each with a table and a figure: its rule, what tells its files apart, threads, and what its figure
# is called in Snakemake's report.
ANALYSES = {
    "locate_masks": ("{model}/{selection}_{k}", 1, "location", "where they lie"),
    "compare_masks": ("{model}/{selection}_{k}", 1, "overlap", "overlap"),
    "measure_selectivity": ("{model}/{selection}_{k}", 1, "selectivity", "selectivity"),
    "measure_core": ("{model}", 2, "core", "shared core"),
}


for analysis_rule, (pattern, cores, caption, label) in ANALYSES.items():
    outputs = of(analysis_rule).outputs
    drawn = outputs.pop("png")

    rule:
        name:
            analysis_rule
        input:
            unpack(of(analysis_rule).inputs),
        output:
            **outputs,
            png=report(
                drawn,
                caption=f"../report/{caption}.rst",
                category="Masks",
                labels={
                    "model": "{model}",
                    "masks": "{selection}" if "{selection}" in pattern else "top",
                    "k": "{k}" if "{k}" in pattern else "all",
                    "figure": label,
                },
            ),
        log:
            f"results/logs/{analysis_rule}/{pattern}.log",
        conda:
            "../../envs/benchprof.yaml"
        threads: cores
        resources:
            **of(analysis_rule).on_host,
        params:
            job=analysis_rule,
        script:
            f"../scripts/{analysis_rule}.py"


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
    log:
        "results/logs/measure_stability/{model}.log",
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("measure_stability").on_gpu,
    params:
        job="measure_stability",
    script:
        "../scripts/measure_stability.py"
