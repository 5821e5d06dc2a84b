# Models: fetched or referred to, prepared once, identified by a digest.


rule prepare_model:
    input:
        settings=settings_file("models/{model}.json", model_settings),
    output:
        folder=directory("results/models/{model}"),
    log:
        "results/logs/prepare_model/{model}.log",
    benchmark:
        TIMINGS["prepare_model"]
    conda:
        "../../envs/benchprof.yaml"
    # Time to fetch it: 16 GB for 8B.
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        settings=model_settings,
        store=STORE,
    script:
        "../scripts/prepare_model.py"
