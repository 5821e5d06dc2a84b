# Masks: which weights each ability's ablation zeroes, and random controls of the same size.


rule select_masks:
    input:
        unpack(background_importance),
        model="results/models/{model}",
        importance=expand(IMPORTANCE, ability=ABILITIES, allow_missing=True),
        settings=settings_file("masks/{model}/{selection}.json", mask_settings),
    output:
        expand(MASK, ability=ABILITIES, fraction=SIZES, allow_missing=True),
    log:
        "results/logs/select_masks/{model}/{selection}.log",
    benchmark:
        TIMINGS["select_masks"]
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        mem_mb=mask_memory,
        runtime=minutes(60, 15),
    params:
        settings=mask_settings,
        mask_keys=list(product(ABILITIES, SIZES)),
    script:
        "../scripts/select_masks.py"


rule draw_controls:
    input:
        model="results/models/{model}",
        masks=expand(MASK, ability=ABILITIES, fraction=SIZES, allow_missing=True),
        settings=settings_file("controls/{model}/{selection}.json", control_settings),
    output:
        expand(
            CONTROL,
            ability=MATCHED,
            seed=SEEDS,
            fraction=SIZES,
            allow_missing=True,
        ),
    log:
        "results/logs/draw_controls/{model}/{selection}.log",
    benchmark:
        TIMINGS["draw_controls"]
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        mem_mb=control_memory,
        runtime=minutes(60, 15),
    params:
        settings=control_settings,
        mask_keys=list(product(ABILITIES, SIZES)),
        control_keys=list(product(MATCHED, SEEDS, SIZES)),
    script:
        "../scripts/draw_controls.py"
