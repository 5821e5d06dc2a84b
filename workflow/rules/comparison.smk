# Comparison: several ways to make masks, tried beside each other. Only with `comparison` in the
# configuration: `snakemake comparison`.


rule comparison:
    input:
        of("compare_combinations").files,


# One job for all, which loads the model once; the store has what a stopped one finished.
rule compare_combinations:
    input:
        unpack(of("compare_combinations").inputs),
    output:
        **of("compare_combinations").shown(
            report,
            "png",
            caption="../report/comparison.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "all combinations",
                "k": "all",
                "figure": "comparison",
            },
        ),
    log:
        of("compare_combinations").log,
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("compare_combinations").on_gpu,
    params:
        job="compare_combinations",
        places=of("compare_combinations").places,
    script:
        "../scripts/compare_combinations.py"
