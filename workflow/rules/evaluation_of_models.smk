# Evaluation where a job is a model's: it answers all benchmarks, and is loaded once.


rule evaluate_model:
    input:
        unpack(of("evaluate_model").inputs),
    output:
        **of("evaluate_model").outputs,
    log:
        of("evaluate_model").log,
    benchmark:
        of("evaluate_model").timing
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("evaluate_model").on_gpu,
    params:
        job="evaluate_model",
        places=of("evaluate_model").places,
    script:
        "../scripts/evaluate_benchmark.py"
