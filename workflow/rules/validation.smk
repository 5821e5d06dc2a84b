# Validation: models whose abilities lie in known weights, profiled by the ordinary rules, and what
# of the truth was recovered. Only with `validation` in the configuration: `make validate`.


rule validation:
    input:
        of("check_recovery").files,


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
