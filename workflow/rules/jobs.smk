# Every rule, one for each kind of job that the run has. What a job reads, writes and asks for, and
# what it does, stands in its class in benchprof.jobs; the script is the same for all.


for kind in [kind for kind in EVERY if kind.belongs_to(RUN)]:
    declared = Declared(RUN, kind)

    rule:
        name:
            kind.rule
        input:
            unpack(declared.inputs),
        output:
            **declared.flagged(report=report, temp=temp, directory=directory),
        log:
            declared.log,
        benchmark:
            declared.timing
        conda:
            "../../envs/benchprof.yaml"
        threads: kind.threads
        resources:
            **declared.resources,
        params:
            job=kind.rule,
            places=declared.places,
        script:
            "../scripts/job.py"
