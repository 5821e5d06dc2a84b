# Annotation: how far experts agree with the intended abilities. Not part of `all`.


rule report_agreement:
    input:
        unpack(of("report_agreement").inputs),
    output:
        **of("report_agreement").outputs,
    log:
        of("report_agreement").log,
    conda:
        "../../envs/annotation.yaml"
    resources:
        **of("report_agreement").on_host,
    params:
        job="report_agreement",
    script:
        "../scripts/report_agreement.py"


rule agreement:
    input:
        of("report_agreement").files,
