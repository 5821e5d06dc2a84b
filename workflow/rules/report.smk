# Report: figures, tables, the page, the summary and the manifest. None of it needs a model.


# What tells a figure's files apart is what it is labelled with in Snakemake's report.
LABELS = {"model": "model", "selection": "masks", "k": "k"}


# A rule each, with an SVG and the figure's numbers as CSV beside it.
for figure in FIGURES:
    declared = of(figure.rule)

    rule:
        name:
            figure.rule
        input:
            unpack(declared.inputs),
        output:
            **declared.shown(
                report,
                "png",
                caption=f"../report/{figure.rule.removeprefix('plot_')}.rst",
                category=figure.category,
                labels={LABELS[n]: f"{{{n}}}" for n in declared.wildcards}
                or {"figure": "pipeline"},
            ),
        log:
            declared.log,
        conda:
            "../../envs/benchprof.yaml"
        resources:
            **declared.on_host,
        params:
            job=figure.rule,
        script:
            "../scripts/plot_figure.py"


rule tabulate_impact:
    input:
        unpack(of("tabulate_impact").inputs),
    output:
        **of("tabulate_impact").outputs,
    log:
        of("tabulate_impact").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("tabulate_impact").on_host,
    params:
        job="tabulate_impact",
    script:
        "../scripts/tabulate_scores.py"


rule tabulate_similarity:
    input:
        unpack(of("tabulate_similarity").inputs),
    output:
        **of("tabulate_similarity").outputs,
    log:
        of("tabulate_similarity").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("tabulate_similarity").on_host,
    params:
        job="tabulate_similarity",
    script:
        "../scripts/tabulate_scores.py"


rule write_methods:
    input:
        unpack(of("write_methods").inputs),
    output:
        **of("write_methods").outputs,
    log:
        of("write_methods").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("write_methods").on_host,
    params:
        job="write_methods",
    script:
        "../scripts/write_methods.py"


rule write_report:
    input:
        unpack(of("write_report").inputs),
    output:
        **of("write_report").shown(
            report,
            "report",
            caption="../report/report.rst",
            category="Report",
        ),
    log:
        of("write_report").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("write_report").on_host,
    params:
        job="write_report",
    script:
        "../scripts/write_report.py"


rule write_manifest:
    input:
        unpack(of("write_manifest").inputs),
    output:
        **of("write_manifest").outputs,
    log:
        of("write_manifest").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("write_manifest").on_host,
    params:
        job="write_manifest",
    script:
        "../scripts/write_manifest.py"
