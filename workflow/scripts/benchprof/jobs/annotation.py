"""The job of annotation, which is no part of the default run: how far experts agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import digests, paths
from benchprof.abilities.item import SPLITS
from benchprof.jobs.job import Files, Job


@dataclass(frozen=True)
class ReportAgreement(Job):
    """Report how far annotators agree with the intended abilities and with each other."""

    rule = "report_agreement"

    @property
    def answers(self) -> list[Path]:
        """The annotators' files; where there is none, the job says what to do."""
        annotation = self.run.configuration.annotation
        return sorted(Path(annotation.answers).glob("*.jsonl")) if annotation else []

    @property
    def items(self) -> dict[str, list[Path]]:
        """The abilities' files of items."""
        return {a: [self.run.items(a, split) for split in SPLITS] for a in self.run.abilities}

    @property
    def excluded(self) -> list[str]:
        """The ids of rejected items."""
        every = self.run.configuration.abilities.values()
        return sorted(item for ability in every for item in ability.exclude)

    @property
    def page(self) -> Path:
        """The agreement as a text."""
        return paths.RESULTS / "annotation" / "agreement.md"

    @property
    def disputed(self) -> Path:
        """The items on which annotators and the intended abilities differ."""
        return paths.RESULTS / "annotation" / "disputed.csv"

    @property
    def inputs(self) -> Files:
        """Answers and items."""
        return {"answers": self.answers, "data": self.run.item_files}

    @property
    def outputs(self) -> Files:
        """Text and disputed items."""
        return {"page": self.page, "disputed": self.disputed}

    @property
    def settings(self) -> Any:
        """What is reported, and the code, so that an edited report is made again."""
        return {
            "answers": digests.of_files(self.answers),
            "abilities": self.run.abilities,
            "items": digests.of_files(self.run.item_files),
            "exclude": self.excluded,
            "code": self.code_digest,
        }

    def make(self, threads: int) -> None:
        """Report how far annotators agree with the intended abilities and with each other."""
        from benchprof.annotation.agreement import report_agreement

        report_agreement(
            answers=self.answers,
            items=self.items,
            excluded=self.excluded,
            page=self.page,
            disputed=self.disputed,
        )
