# Profile: Ability Impact Scores with their intervals, and the similarity of models.


def profile_sources():
    """Every ablated record with its mask and what it is."""
    return [
        {key: value for key, value in ablation.items() if key != "name"}
        | {
            "model": model,
            "benchmark": benchmark,
            "record": RECORD.format(
                model=model, benchmark=benchmark, ablation=ablation["name"]
            ),
            "mask": mask_of(model, ablation),
        }
        for model, benchmark, ablation in product(MODELS, BENCHMARKS, ABLATIONS)
    ]


def profile_settings(wildcards):
    return config["profile"] | {
        "seed": config["seed"],
        "own_benchmarks": own_benchmarks(),
    }


rule compute_profile:
    input:
        intact=expand(RECORD, model=MODELS, benchmark=BENCHMARKS, ablation=["intact"]),
        records=[source["record"] for source in profile_sources()],
        masks=[mask_of(model, ablation) for model in MODELS for ablation in ABLATIONS],
        settings=settings_file("profile.json", profile_settings),
    output:
        impact=multiext("results/profiles/impact", ".csv", ".parquet"),
        similarity=multiext("results/profiles/similarity", ".csv", ".parquet"),
    log:
        "results/logs/compute_profile.log",
    conda:
        "../../envs/benchprof.yaml"
    params:
        settings=profile_settings,
        intact=list(product(MODELS, BENCHMARKS)),
        sources=profile_sources(),
    script:
        "../scripts/compute_profile.py"
