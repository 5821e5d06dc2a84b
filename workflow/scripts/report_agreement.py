"""Report how far annotators agree with the intended abilities and with each other."""

from benchprof.annotation.agreement import report_agreement
from benchprof.run.jobs.annotation import ReportAgreement
from benchprof.run.script import run_script


def main(job: ReportAgreement, threads: int) -> None:
    """Report how far annotators agree with the intended abilities and with each other."""
    report_agreement(
        answers=job.answers,
        items=job.items,
        excluded=job.excluded,
        page=job.page,
        disputed=job.disputed,
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
