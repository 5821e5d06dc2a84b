# Archive: one file with all of a run that a paper's supplement needs. Not part of the default run:
# `snakemake archive`.


rule archive:
    input:
        of("write_archive").files,


rule write_archive:
    input:
        unpack(of("write_archive").inputs),
    output:
        **of("write_archive").outputs,
    log:
        of("write_archive").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("write_archive").on_host,
    params:
        job="write_archive",
    script:
        "../scripts/write_archive.py"
