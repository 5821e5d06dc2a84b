# Reading: items with their texts and what every model answered. Not part of the default run, since
# benchmarks' texts are others' work: `snakemake items`.


rule items:
    input:
        of("export_items").files,


rule export_items:
    input:
        unpack(of("export_items").inputs),
    output:
        **of("export_items").outputs,
    log:
        of("export_items").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("export_items").on_host,
    params:
        job="export_items",
    script:
        "../scripts/export_items.py"
