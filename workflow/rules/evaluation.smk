# Evaluation: the intact and every ablated model answer the same requests of a benchmark.


rule evaluate_benchmark:
    input:
        unpack(of("evaluate_benchmark").inputs),
    output:
        **of("evaluate_benchmark").outputs,
    log:
        of("evaluate_benchmark").log,
    benchmark:
        of("evaluate_benchmark").timing
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        **of("evaluate_benchmark").on_gpu,
    params:
        job="evaluate_benchmark",
        places=of("evaluate_benchmark").places,
    script:
        "../scripts/evaluate_benchmark.py"
