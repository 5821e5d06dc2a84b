"""What a configuration says of a benchmark: whose items, and how many of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from benchprof.fields import (
    EXPANDED,
    ControlItemKind,
    ItemsFile,
    Limit,
    kind_by,
)
from benchprof.section import Section, Text


class Sample(Section):
    """What any benchmark may say: how many of its items."""

    limit: Limit | None = None
    """A seeded sample of N items. A larger one contains the smaller one, but all its items are
    answered again.
    """


class FewShot(Sample):
    """What a benchmark of lm-eval may say: examples before each item."""

    fewshot: int | None = Field(
        default=None, ge=0, description="a whole number of examples, 0 or more"
    )
    """Examples before each item, not for abilities. The default is the task's own number."""


class AbilitySplit(Sample):
    """The items of an ability's split, or one control item of each."""

    ability: Text = Field(description="the name of an ability")
    split: Literal["calibration", "test"] = Field(description="one of calibration, test")
    control_item: ControlItemKind | None = None
    """With ability: a control item in place of each item. One changed fact makes another option
    right, or nothing leads to the answer (docs/explanation/analysis.md).
    """

    @property
    def is_held_out_test(self) -> bool:
        """Whether it is the test of an ability, and no control item of one."""
        return self.split == "test" and self.control_item is None


class ShippedBenchmark(FewShot):
    """A benchmark that has a definition in this project."""

    benchmark: Text = Field(description="the name of a shipped benchmark")


class LmTask(FewShot):
    """A task that lm-eval knows, with or without a local file."""

    task: Text = Field(description="the name of an lm-eval task")
    data: ItemsFile | None = None
    """With task or task_file: a local file in place of the task's test items."""


class TaskFile(FewShot):
    """The user's own lm-eval task file."""

    task_file: Annotated[
        str, Field(pattern=r"\.ya?ml$", description="an lm-eval task file (.yaml)"), EXPANDED
    ]
    data: ItemsFile | None = None


BENCHMARKS = {kind: frozenset({kind}) for kind in ("benchmark", "ability", "task", "task_file")}
Benchmark = Annotated[
    Annotated[ShippedBenchmark, Tag("benchmark")]
    | Annotated[AbilitySplit, Tag("ability")]
    | Annotated[LmTask, Tag("task")]
    | Annotated[TaskFile, Tag("task_file")],
    Discriminator(kind_by(BENCHMARKS, exact=False)),
    Field(
        description="a section with exactly one of benchmark, ability (with split, and "
        "control_item if you like), task and task_file"
    ),
]
