# Archive: one file with all of a run that a paper's supplement needs. Not part of the default run:
# `snakemake archive`.


rule archive:
    input:
        "results/archive.zip",


rule write_archive:
    input:
        results=all_results(),
        manifest="results/manifest.json",
        importance=expand(IMPORTANCE, model=MODELS, ability=DIAGNOSED),
        shared=shared_items(),
        settings=settings_file("archive.json", archive_settings),
    output:
        archive="results/archive.zip",
    log:
        "results/logs/write_archive.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        config=config,
        tables=lambda wildcards: archive_settings(wildcards)["tables"],
        code=lambda wildcards: code_files(),
        root=workflow.basedir,
    script:
        "../scripts/write_archive.py"
