"""Report how far annotators agree with the intended abilities and with each other."""

from pathlib import Path

from benchprof.annotation.job import report_agreement
from benchprof.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        report_agreement(
            answers=[Path(path) for path in snakemake.input.answers],
            items={
                ability: [Path(path) for path in paths]
                for ability, paths in snakemake.params.items_by_ability.items()
            },
            excluded=snakemake.params.settings["exclude"],
            figures=[Path(snakemake.output.png), Path(snakemake.output.svg)],
            summary=Path(snakemake.output.summary),
            page=Path(snakemake.output.page),
            disputed=Path(snakemake.output.disputed),
        )
