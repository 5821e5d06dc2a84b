# Profile: from all records to Ability Impact Scores, their statistics, and what they say.


rule compute_profile:
    input:
        intact=expand(RECORD, model=MODELS, benchmark=BENCHMARKS, ablation=["intact"]),
        records=[source["record"] for source in profile_sources()],
        masks=[mask_of(model, ablation) for model in MODELS for ablation in ABLATIONS],
        settings=settings_file("profile.json", profile_state),
    output:
        profile_tables(),
    log:
        "results/logs/compute_profile.log",
    benchmark:
        TIMINGS["compute_profile"]
    conda:
        "../../envs/benchprof.yaml"
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        settings=profile_settings,
        state=profile_state,
        intact=list(product(MODELS, BENCHMARKS)),
        sources=profile_sources(),
    script:
        "../scripts/compute_profile.py"
