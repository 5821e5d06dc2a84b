# Report: figures, tables, the page, the summary and the manifest. None of it needs a model.


# A figure each, with an SVG and its numbers as CSV beside it: its rule, what tells its files apart,
# its caption and its heading in Snakemake's report.
FIGURES = {
    "plot_impact": ("{model}/{selection}_{k}", "impact", "Ability impact"),
    "plot_forest": (
        "{model}/{selection}_{k}",
        "forest",
        "Ability impact with intervals",
    ),
    "plot_radar": ("{model}/{selection}_{k}", "radar", "Profiles of benchmarks"),
    "plot_ribbons": ("{model}/{selection}_{k}", "ribbons", "Abilities and benchmarks"),
    "plot_clusters": (
        "{model}/{selection}_{k}",
        "clusters",
        "Similarity of benchmarks",
    ),
    "plot_sweep": ("{model}/{selection}", "sweep", "Ability impact against k"),
    "plot_similarity": ("{selection}_{k}", "similarity", "Similarity of models"),
    "plot_pipeline": ("run", "pipeline", "This run"),
}
LABELS = {"model": "{model}", "masks": "{selection}", "k": "{k}"}


for figure, (pattern, caption, category) in FIGURES.items():
    outputs = of(figure).outputs
    drawn = outputs.pop("png")

    rule:
        name:
            figure
        input:
            unpack(of(figure).inputs),
        output:
            **outputs,
            png=report(
                drawn,
                caption=f"../report/{caption}.rst",
                category=category,
                labels={
                    label: value for label, value in LABELS.items() if value in pattern
                },
            ),
        log:
            f"results/logs/{figure}/{pattern}.log",
        conda:
            "../../envs/benchprof.yaml"
        params:
            job=figure,
        script:
            "../scripts/plot_figure.py"


rule tabulate_impact:
    input:
        unpack(of("tabulate_impact").inputs),
    output:
        **of("tabulate_impact").outputs,
    log:
        "results/logs/tabulate_impact/{model}/{selection}_{k}.log",
    conda:
        "../../envs/benchprof.yaml"
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
        "results/logs/tabulate_similarity/{selection}_{k}.log",
    conda:
        "../../envs/benchprof.yaml"
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
        "results/logs/write_methods.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        job="write_methods",
    script:
        "../scripts/write_methods.py"


rule write_report:
    input:
        unpack(of("write_report").inputs),
    output:
        report=report(
            "results/report.html",
            caption="../report/report.rst",
            category="Report",
        ),
        summary="results/summary.txt",
    log:
        "results/logs/write_report.log",
    conda:
        "../../envs/benchprof.yaml"
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
        "results/logs/write_manifest.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        job="write_manifest",
    script:
        "../scripts/write_manifest.py"
