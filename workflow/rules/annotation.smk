# Annotation: how far experts agree with the intended abilities. Not part of `all`.


rule report_agreement:
    input:
        answers=answer_files,
        data=user_items(),
        settings=settings_file("agreement.json", agreement_settings),
    output:
        summary="results/annotation/agreement.json",
        page="results/annotation/agreement.md",
        disputed="results/annotation/disputed.csv",
        png="results/annotation/confusion.png",
        svg="results/annotation/confusion.svg",
    log:
        "results/logs/report_agreement.log",
    conda:
        "../../envs/annotation.yaml"
    params:
        settings=agreement_settings,
        items_by_ability={
            ability: [str(items_of(ability, split)) for split in SPLITS]
            for ability in ABILITIES
        },
    script:
        "../scripts/report_agreement.py"


rule agreement:
    input:
        "results/annotation/agreement.md",
