# Calibration: where `fractions` has `calibrated`, k is chosen per model and selection on the
# calibration splits alone. `snakemake calibration` stops there.


rule calibration:
    input:
        calibration_files(),


rule evaluate_calibration:
    input:
        questions=lambda wildcards: str(items_of(wildcards.ability, "calibration")),
        model="results/models/{model}",
        masks=lambda wildcards: [
            trial["mask"]
            for trial in calibration_trials(wildcards.model, wildcards.ability)
        ],
        settings=settings_file(
            "calibration/{model}/{ability}.json", calibration_settings
        ),
    output:
        records=CALIBRATION_RECORDS,
    log:
        "results/logs/evaluate_calibration/{model}/{ability}.log",
    benchmark:
        TIMINGS["evaluate_calibration"]
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        gpu=gpus,
        mem_mb=calibration_memory,
        runtime=minutes(120, 30),
    params:
        settings=calibration_settings,
        device=lambda wildcards: config["models"][wildcards.model]["device"],
        gpus=lambda wildcards: config["models"][wildcards.model].get("gpus", 1),
        ablations=lambda wildcards: [
            trial["name"]
            for trial in calibration_trials(wildcards.model, wildcards.ability)
        ],
        store=STORE,
    script:
        "../scripts/evaluate_calibration.py"


rule calibrate_masks:
    input:
        intact=expand(
            CALIBRATION_RECORD,
            ability=ABILITIES,
            ablation=["intact"],
            allow_missing=True,
        ),
        records=lambda wildcards: [
            source["record"] for source in calibration_sources(wildcards)
        ],
        masks=expand(MASK, ability=ABILITIES, fraction=CANDIDATES, allow_missing=True),
        controls=expand(
            CONTROL,
            ability=MATCHED,
            seed=SEEDS,
            fraction=CANDIDATES,
            allow_missing=True,
        ),
        settings=settings_file("choices/{model}/{selection}.json", choice_settings),
    output:
        masks=expand(MASK, ability=ABILITIES, fraction=CALIBRATED, allow_missing=True),
        controls=expand(
            CONTROL,
            ability=MATCHED,
            seed=SEEDS,
            fraction=CALIBRATED,
            allow_missing=True,
        ),
        choice=CALIBRATION.replace("{form}", "json"),
        table=CALIBRATION.replace("{form}", "csv"),
    log:
        "results/logs/calibrate_masks/{model}/{selection}.log",
    benchmark:
        TIMINGS["calibrate_masks"]
    conda:
        "../../envs/benchprof.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
    params:
        settings=choice_settings,
        abilities=ABILITIES,
        sources=calibration_sources,
        candidates=[
            *product(ABILITIES, [None], CANDIDATES),
            *product(MATCHED, SEEDS, CANDIDATES),
        ],
        calibrated=[*product(ABILITIES, [None]), *product(MATCHED, SEEDS)],
    script:
        "../scripts/calibrate_masks.py"
