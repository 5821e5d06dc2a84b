# Replication: what another draw of the train items would have made of each ability's mask, on its
# own test. Only with `importance: halves: true`.


# Computes importance again, of each half of the train items alone.
rule select_half_masks:
    input:
        unpack(of("select_half_masks").inputs),
    output:
        **of("select_half_masks").outputs,
    log:
        of("select_half_masks").log,
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("select_half_masks").on_gpu,
    params:
        job="select_half_masks",
        places=of("select_half_masks").places,
    script:
        "../scripts/select_half_masks.py"


rule evaluate_halves:
    input:
        unpack(of("evaluate_halves").inputs),
    output:
        **of("evaluate_halves").outputs,
    log:
        of("evaluate_halves").log,
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("evaluate_halves").on_gpu,
    params:
        job="evaluate_halves",
        places=of("evaluate_halves").places,
    script:
        "../scripts/evaluate_benchmark.py"


rule measure_replication:
    input:
        unpack(of("measure_replication").inputs),
    output:
        **of("measure_replication").outputs,
    log:
        of("measure_replication").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("measure_replication").on_host,
    params:
        job="measure_replication",
    script:
        "../scripts/measure_replication.py"
