# Profile: Ability Impact Scores with their intervals, and the similarity of models.


rule compute_profile:
    input:
        intact=expand(RECORD, model=MODELS, benchmark=BENCHMARKS, ablation=["intact"]),
        records=[source["record"] for source in profile_sources()],
        masks=[mask_of(model, ablation) for model in MODELS for ablation in ABLATIONS],
        settings=settings_file("profile.json", profile_state),
    output:
        impact=multiext("results/profiles/impact", ".csv", ".parquet"),
        similarity=multiext("results/profiles/similarity", ".csv", ".parquet"),
    log:
        "results/logs/compute_profile.log",
    benchmark:
        TIMINGS["compute_profile"]
    conda:
        "../../envs/benchprof.yaml"
    params:
        settings=profile_settings,
        state=profile_state,
        intact=list(product(MODELS, BENCHMARKS)),
        sources=profile_sources(),
    script:
        "../scripts/compute_profile.py"
