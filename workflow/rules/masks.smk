# Masks: which weights each ability's ablation zeroes, and random controls of the same size.


# Only where a selection has `without_super: true`.
rule find_super:
    input:
        unpack(of("find_super").inputs),
    output:
        **of("find_super").outputs,
    log:
        of("find_super").log,
    benchmark:
        of("find_super").timing
    conda:
        "../../envs/benchprof.yaml"
    threads: 8
    resources:
        **of("find_super").on_gpu,
    params:
        job="find_super",
        places=of("find_super").places,
    script:
        "../scripts/find_super.py"


rule select_masks:
    input:
        unpack(of("select_masks").inputs),
    output:
        **of("select_masks").outputs,
    log:
        of("select_masks").log,
    benchmark:
        of("select_masks").timing
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        **of("select_masks").on_host,
    params:
        job="select_masks",
    script:
        "../scripts/select_masks.py"


rule draw_controls:
    input:
        unpack(of("draw_controls").inputs),
    output:
        **of("draw_controls").outputs,
    log:
        of("draw_controls").log,
    benchmark:
        of("draw_controls").timing
    conda:
        "../../envs/benchprof.yaml"
    threads: 2
    resources:
        **of("draw_controls").on_host,
    params:
        job="draw_controls",
    script:
        "../scripts/draw_controls.py"
