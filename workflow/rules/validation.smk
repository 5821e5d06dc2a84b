# Validation: models whose abilities lie in known weights, profiled by the ordinary rules, and what
# of the truth was recovered. Only with `validation` in the configuration: `make validate`.


rule validation:
    input:
        of("check_recovery").files,


rule accept_model:
    input:
        unpack(of("accept_model").inputs),
    output:
        **of("accept_model").outputs,
    log:
        of("accept_model").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("accept_model").on_host,
    params:
        job="accept_model",
    script:
        "../scripts/accept_model.py"


rule write_pool:
    input:
        unpack(of("write_pool").inputs),
    output:
        **of("write_pool").outputs,
    log:
        of("write_pool").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("write_pool").on_host,
    params:
        job="write_pool",
    script:
        "../scripts/write_pool.py"


rule evaluate_blocks:
    input:
        unpack(of("evaluate_blocks").inputs),
    output:
        **of("evaluate_blocks").outputs,
    log:
        of("evaluate_blocks").log,
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("evaluate_blocks").on_gpu,
    params:
        job="evaluate_blocks",
        places=of("evaluate_blocks").places,
    script:
        "../scripts/evaluate_blocks.py"


rule answer_pool:
    input:
        unpack(of("answer_pool").inputs),
    output:
        **of("answer_pool").outputs,
    log:
        of("answer_pool").log,
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("answer_pool").on_gpu,
    params:
        job="answer_pool",
        places=of("answer_pool").places,
    script:
        "../scripts/evaluate_benchmark.py"


rule measure_recovery:
    input:
        unpack(of("measure_recovery").inputs),
    output:
        **of("measure_recovery").shown(
            report,
            "figure",
            caption="../report/recovery.rst",
            category="Validation",
        ),
    log:
        of("measure_recovery").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("measure_recovery").on_host,
    params:
        job="measure_recovery",
    script:
        "../scripts/measure_recovery.py"


rule check_recovery:
    input:
        unpack(of("check_recovery").inputs),
    output:
        **of("check_recovery").outputs,
    log:
        of("check_recovery").log,
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("check_recovery").on_host,
    params:
        job="check_recovery",
    script:
        "../scripts/check_recovery.py"
