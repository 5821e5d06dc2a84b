# Analysis: what the masks look like. `snakemake analysis` makes all; the default run makes
# `compare_masks` alone, which its report reads.


rule analysis:
    input:
        analysis_jobs.analysis_files(RUN),


rule locate_masks:
    input:
        unpack(of("locate_masks").inputs),
    output:
        **of("locate_masks").shown(
            report,
            "png",
            caption="../report/location.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "where they lie",
            },
        ),
    log:
        of("locate_masks").log,
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
        **of("compare_masks").shown(
            report,
            "png",
            caption="../report/overlap.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "overlap",
            },
        ),
    log:
        of("compare_masks").log,
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
        **of("measure_selectivity").shown(
            report,
            "png",
            caption="../report/selectivity.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "{selection}",
                "k": "{k}",
                "figure": "selectivity",
            },
        ),
    log:
        of("measure_selectivity").log,
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
        **of("measure_core").shown(
            report,
            "png",
            caption="../report/core.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "top",
                "k": "all",
                "figure": "shared core",
            },
        ),
    log:
        of("measure_core").log,
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
        **of("measure_stability").shown(
            report,
            "png",
            caption="../report/stability.rst",
            category="Masks",
            labels={
                "model": "{model}",
                "masks": "all",
                "k": "all",
                "figure": "stability",
            },
        ),
    log:
        of("measure_stability").log,
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
