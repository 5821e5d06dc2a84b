# Models: fetched or referred to, prepared once, identified by a digest.


rule prepare_model:
    input:
        unpack(of("prepare_model").inputs),
    output:
        folder=directory(of("prepare_model").outputs["folder"]),
    log:
        of("prepare_model").log,
    benchmark:
        of("prepare_model").timing
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("prepare_model").on_host,
    params:
        job="prepare_model",
        places=of("prepare_model").places,
    script:
        "../scripts/prepare_model.py"
