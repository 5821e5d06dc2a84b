# Report: figures, the page, the summary and the manifest. None of it needs a model.


rule plot_impact:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/heatmap.json", figure_settings("heatmap")),
    output:
        png=report(
            "results/figures/{model}/impact_{selection}_{fraction}.png",
            caption="../report/impact.rst",
            category="Ability impact",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/impact_{selection}_{fraction}.svg",
        csv="results/figures/{model}/impact_{selection}_{fraction}.csv",
    log:
        "results/logs/plot_impact/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/plot_impact.py"


rule plot_forest:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/forest.json", figure_settings("forest")),
    output:
        png=report(
            "results/figures/{model}/forest_{selection}_{fraction}.png",
            caption="../report/forest.rst",
            category="Ability impact with intervals",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/forest_{selection}_{fraction}.svg",
        csv="results/figures/{model}/forest_{selection}_{fraction}.csv",
    log:
        "results/logs/plot_forest/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/plot_forest.py"


rule plot_radar:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/radar.json", figure_settings("radar")),
    output:
        png=report(
            "results/figures/{model}/radar_{selection}_{fraction}.png",
            caption="../report/radar.rst",
            category="Profiles of benchmarks",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/radar_{selection}_{fraction}.svg",
        csv="results/figures/{model}/radar_{selection}_{fraction}.csv",
        singles=expand(
            RADAR,
            benchmark=BENCHMARKS,
            form=["png", "svg", "csv"],
            allow_missing=True,
        ),
    log:
        "results/logs/plot_radar/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
        benchmarks=BENCHMARKS,
    script:
        "../scripts/plot_radar.py"


rule plot_ribbons:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/ribbons.json", figure_settings("ribbons")),
    output:
        png=report(
            "results/figures/{model}/ribbons_{selection}_{fraction}.png",
            caption="../report/ribbons.rst",
            category="Abilities and benchmarks",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/ribbons_{selection}_{fraction}.svg",
        csv="results/figures/{model}/ribbons_{selection}_{fraction}.csv",
    log:
        "results/logs/plot_ribbons/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/plot_ribbons.py"


rule plot_clusters:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/clusters.json", figure_settings("clusters")),
    output:
        png=report(
            "results/figures/{model}/clusters_{selection}_{fraction}.png",
            caption="../report/clusters.rst",
            category="Similarity of benchmarks",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/clusters_{selection}_{fraction}.svg",
        csv="results/figures/{model}/clusters_{selection}_{fraction}.csv",
    log:
        "results/logs/plot_clusters/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/plot_clusters.py"


rule plot_sweep:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/sweep.json", figure_settings("sweep")),
    output:
        png=report(
            "results/figures/{model}/sweep_{selection}.png",
            caption="../report/sweep.rst",
            category="Ability impact against k",
            labels={"model": "{model}", "masks": "{selection}"},
        ),
        svg="results/figures/{model}/sweep_{selection}.svg",
        csv="results/figures/{model}/sweep_{selection}.csv",
    log:
        "results/logs/plot_sweep/{model}/{selection}.log",
    conda:
        "../../envs/benchprof.yaml"
    script:
        "../scripts/plot_sweep.py"


rule plot_similarity:
    input:
        similarity="results/profiles/similarity.parquet",
        settings=settings_file("figures/similarity.json", figure_settings("similarity")),
    output:
        png=report(
            "results/figures/similarity_{selection}_{fraction}.png",
            caption="../report/similarity.rst",
            category="Similarity of models",
            labels={"masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/similarity_{selection}_{fraction}.svg",
        csv="results/figures/similarity_{selection}_{fraction}.csv",
    log:
        "results/logs/plot_similarity/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    script:
        "../scripts/plot_similarity.py"


rule plot_pipeline:
    input:
        # By then every job is done and timed.
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures/pipeline.json", figure_settings("pipeline")),
    output:
        png=report(
            "results/figures/pipeline.png",
            caption="../report/pipeline.rst",
            category="This run",
            labels={"figure": "pipeline"},
        ),
        svg="results/figures/pipeline.svg",
        csv="results/figures/pipeline.csv",
    log:
        "results/logs/plot_pipeline.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        timings=timings(),
    script:
        "../scripts/plot_pipeline.py"


rule tabulate_impact:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("tables.json", table_settings),
    output:
        tex="results/tables/{model}/impact_{selection}_{fraction}.tex",
        md="results/tables/{model}/impact_{selection}_{fraction}.md",
    log:
        "results/logs/tabulate_impact/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/tabulate_impact.py"


rule tabulate_similarity:
    input:
        similarity="results/profiles/similarity.parquet",
        settings=settings_file("tables.json", table_settings),
    output:
        tex="results/tables/similarity_{selection}_{fraction}.tex",
        md="results/tables/similarity_{selection}_{fraction}.md",
    log:
        "results/logs/tabulate_similarity/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    script:
        "../scripts/tabulate_similarity.py"


rule write_methods:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("methods.json", method_settings),
    output:
        methods="results/methods.md",
        references="results/references.bib",
    log:
        "results/logs/write_methods.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        settings=method_settings,
    script:
        "../scripts/write_methods.py"


rule write_report:
    input:
        tables=expand("results/profiles/{name}.parquet", name=TABLES)
        + replication_tables(".parquet"),
        figures=all_figures(),
        drawings=beside(all_figures(), ".svg"),
        models=expand("results/models/{model}", model=MODELS),
        sizes=expand("results/checks/{model}.json", model=MODELS),
        settings=settings_file("report.json", report_settings),
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
        settings=report_settings,
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/write_report.py"


rule write_manifest:
    input:
        data=user_data(),
        results=all_results(),
        models=expand("results/models/{model}", model=MODELS),
        settings=settings_file("manifest.json", lambda wildcards: config),
    output:
        manifest="results/manifest.json",
    log:
        "results/logs/write_manifest.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        config=config,
    script:
        "../scripts/write_manifest.py"
