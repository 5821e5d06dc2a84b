# Models: fetched or referred to, prepared once, identified by a digest.


rule prepare_model:
    input:
        unpack(of("prepare_model").inputs),
    output:
        folder=directory("results/models/{model}"),
    log:
        "results/logs/prepare_model/{model}.log",
    benchmark:
        "results/timings/prepare_model/{model}.tsv"
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("prepare_model").on_host,
    params:
        job="prepare_model",
        places=of("prepare_model").places,
    script:
        "../scripts/prepare_model.py"
