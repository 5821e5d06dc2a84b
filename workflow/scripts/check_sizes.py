"""Check that every k gives a mask that fits the scope, note its size, and try chat templates."""

from benchprof.masks.listed import check_lists
from benchprof.masks.size import check_sizes
from benchprof.models.loading import load_tokenizer
from benchprof.run import paths
from benchprof.run.jobs.models import CheckSizes
from benchprof.run.script import run_script
from benchprof.scoring.chat import check_chat


def main(job: CheckSizes, threads: int) -> None:
    """Check that every k gives a mask that fits the scope, and note its size.

    A chat template under which no answer can be scored is found here too: evaluations would stop
    at it, but only after all importance is computed.
    """
    if job.asks_in_chats:
        check_chat(load_tokenizer(job.folder))
    if lists := job.run.lists:
        check_lists(job.folder, job.run.scope, lists, paths.sizes(job.model))
        return
    check_sizes(
        folder=job.folder,
        scope=job.run.scope,
        fractions=job.run.selected_ks,
        target=paths.sizes(job.model),
    )


if __name__ == "__main__":
    run_script(main, snakemake)  # type: ignore[name-defined]
