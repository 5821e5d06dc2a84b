# Importance: every weight in scope scored by gradients on each ability's train items.


# Cheap, so that a k which no mask can have is found before any gradient is computed.
rule check_sizes:
    input:
        unpack(of("check_sizes").inputs),
    output:
        **of("check_sizes").outputs,
    log:
        of("check_sizes").log,
    benchmark:
        of("check_sizes").timing
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
        of("compute_importance").log,
    benchmark:
        of("compute_importance").timing
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
