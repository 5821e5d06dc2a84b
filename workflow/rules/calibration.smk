# Calibration: where `fractions` has `calibrated`, k is chosen per model and selection on the
# calibration splits alone. `snakemake calibration` stops there.


rule calibration:
    input:
        calibration_jobs.calibration_files(RUN),


rule evaluate_calibration:
    input:
        unpack(of("evaluate_calibration").inputs),
    output:
        **of("evaluate_calibration").outputs,
    log:
        of("evaluate_calibration").log,
    benchmark:
        of("evaluate_calibration").timing
    conda:
        "../../envs/benchprof.yaml"
    # One job at a time on a small machine: each uses all cores it gets.
    threads: 8
    resources:
        **of("evaluate_calibration").on_gpu,
    params:
        job="evaluate_calibration",
        places=of("evaluate_calibration").places,
    script:
        "../scripts/evaluate_benchmark.py"


rule calibrate_masks:
    input:
        unpack(of("calibrate_masks").inputs),
    output:
        **of("calibrate_masks").outputs,
    log:
        of("calibrate_masks").log,
    benchmark:
        of("calibrate_masks").timing
    conda:
        "../../envs/benchprof.yaml"
    resources:
        **of("calibrate_masks").on_host,
    params:
        job="calibrate_masks",
    script:
        "../scripts/calibrate_masks.py"
