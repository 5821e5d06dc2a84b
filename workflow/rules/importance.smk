# Importance: every weight in scope scored by gradients on each ability's train items.


# Cheap, so that a k which no mask can have is found before any gradient is computed.
rule check_sizes:
    input:
        unpack(of("check_sizes").inputs),
    output:
        **of("check_sizes").outputs,
    log:
        "results/logs/check_sizes/{model}.log",
    benchmark:
        "results/timings/check_sizes/{model}.tsv"
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("check_sizes").on_host,
    params:
        job="check_sizes",
    script:
        "../scripts/check_sizes.py"


rule compute_importance:
    input:
        unpack(of("compute_importance").inputs),
    output:
        importance=until_masked(of("compute_importance").outputs["importance"]),
    log:
        "results/logs/compute_importance/{model}.log",
    benchmark:
        "results/timings/compute_importance/{model}.tsv"
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        **of("compute_importance").on_gpu,
    params:
        job="compute_importance",
        places=of("compute_importance").places,
    script:
        "../scripts/compute_importance.py"
