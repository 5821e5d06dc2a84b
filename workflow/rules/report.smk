# Report: figures, the page, the summary and the manifest. None of it needs a model.


rule plot_impact:
    input:
        impact="results/profiles/impact.parquet",
        settings=settings_file("figures.json", figure_settings),
    output:
        png=report(
            "results/figures/{model}/impact_{selection}_{fraction}.png",
            caption="../report/impact.rst",
            category="Ability impact",
            labels={"model": "{model}", "masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/{model}/impact_{selection}_{fraction}.svg",
    log:
        "results/logs/plot_impact/{model}/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        own_benchmarks=own_benchmarks(),
    script:
        "../scripts/plot_impact.py"


rule plot_similarity:
    input:
        similarity="results/profiles/similarity.parquet",
        settings=settings_file("figures.json", figure_settings),
    output:
        png=report(
            "results/figures/similarity_{selection}_{fraction}.png",
            caption="../report/similarity.rst",
            category="Similarity of models",
            labels={"masks": "{selection}", "k": "{fraction}"},
        ),
        svg="results/figures/similarity_{selection}_{fraction}.svg",
    log:
        "results/logs/plot_similarity/{selection}_{fraction}.log",
    conda:
        "../../envs/benchprof.yaml"
    script:
        "../scripts/plot_similarity.py"


rule write_report:
    input:
        impact="results/profiles/impact.parquet",
        similarity="results/profiles/similarity.parquet",
        figures=all_figures(),
        drawings=drawings(),
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
