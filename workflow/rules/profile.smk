# Profile: from all records to Ability Impact Scores, their statistics, and what they say.


rule compute_profile:
    input:
        unpack(of("compute_profile").inputs),
    output:
        **of("compute_profile").outputs,
    log:
        of("compute_profile").log,
    benchmark:
        of("compute_profile").timing
    conda:
        "../../envs/benchprof.yaml"
    threads: 4
    resources:
        **of("compute_profile").on_host,
    params:
        job="compute_profile",
    script:
        "../scripts/compute_profile.py"
