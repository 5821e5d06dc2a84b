"""Print why programs fail and which texts are as long as allowed, for each state, as Markdown.

python -m study.programs mbpp --configfile config/study_generation.yaml local.yaml

In the folder of the run; local.yaml has its `benchmark_data`. A program is not Python if
`ast.parse` refuses it or finds no statement in it, as for form. All programs run again: the
verdicts are those of the sandbox of today, and the last column counts the records' that differ.
"""

from __future__ import annotations

import argparse
import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from lm_eval.models.utils import normalize_gen_kwargs

from benchprof.evaluation.questions import requests_for
from benchprof.evaluation.record import read_record
from benchprof.models.loading import load_tokenizer
from benchprof.profile.form import is_program
from benchprof.run.jobs.evaluation import EvaluateBenchmark
from benchprof.run.run import read_run
from benchprof.sandbox.isolated.channel import ClosedError
from benchprof.sandbox.isolated.judge import BrokenTestError, ProgramError
from benchprof.sandbox.program import make_program
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict
from benchprof.scoring.generation_settings import DEFAULT_NEW_TOKENS
from benchprof.tasks.requests import Requests
from benchprof.tasks.source import task_source
from study.tables import MODEL

MARGIN = 2
"""A text this many tokens short of the limit still counts as one that reached it: its tokens are
counted from the text, and the model may have written a few more."""
NOT_OF_TESTS = [own.__name__ for own in (BrokenTestError, ClosedError, MemoryError, ProgramError)]
TEMPLATE = f"""
class _WrongResult(BaseException): pass
try: pass
except _WrongResult: pass
except Exception as error:
    if type(error).__name__ in {NOT_OF_TESTS}: raise
"""
"""The tests without asserts go into the `try`. An exception of the tests themselves is a wrong
result and ends there; one of the program or of the sandbox is raised again."""
STOP = ast.parse("raise _WrongResult").body


class Fate(StrEnum):
    """What became of a program."""

    PASSED = "passed"
    NOT_PYTHON = "not Python"
    ERROR = "an error"
    WRONG_RESULT = "a wrong result"
    NO_END = "no end within the limit"


@dataclass(frozen=True)
class Programs:
    """The programs that a model writes in one state.

    Attributes:
        state: its name.
        fates: how many met each fate.
        at_limit: how many texts reach the limit of tokens, at least: what repeats itself may have
            fewer tokens, once it is a text, than were written.
        changed: how many have another verdict in the record.
    """

    state: str
    fates: Mapping[Fate, int]
    at_limit: int
    changed: int


class _WithoutAsserts(ast.NodeTransformer):
    """Where an assert would fail, the tests end."""

    def visit_Assert(self, node: ast.Assert) -> ast.If:
        return ast.If(ast.UnaryOp(ast.Not(), node.test), STOP, [])


def without_asserts(program: Program) -> Program:
    """The program with tests that end at the first wrong result and pass: an error alone fails."""
    tree = ast.parse(TEMPLATE)
    attempt = tree.body[1]
    assert isinstance(attempt, ast.Try)
    attempt.body = _WithoutAsserts().visit(ast.parse(program.tests)).body
    return replace(program, tests=ast.unparse(ast.fix_missing_locations(tree)))


def judged(programs: Sequence[Program], sandbox: Sandbox) -> list[tuple[Verdict, Fate]]:
    """The verdict on each program, and what became of it.

    Raises:
        ValueError: a program that failed does not come to an end without asserts.
    """
    verdicts = sandbox.run_all(programs)
    found = [_plain_fate(own, verdict) for own, verdict in zip(programs, verdicts, strict=True)]
    failed = [number for number, own in enumerate(found) if own is None]
    ended = sandbox.run_all(without_asserts(programs[number]) for number in failed)
    if other := {*ended} - {Verdict.FAILED, Verdict.PASSED}:
        raise ValueError(f"programs that failed now {', '.join(sorted(other))}; expected the same")
    for number, verdict in zip(failed, ended, strict=True):
        found[number] = Fate.WRONG_RESULT if verdict is Verdict.PASSED else Fate.ERROR
    fates = [own for own in found if own is not None]
    return list(zip(verdicts, fates, strict=True))


def _plain_fate(program: Program, verdict: Verdict) -> Fate | None:
    """What the verdict alone tells; None where an error and a wrong result look the same."""
    if verdict is Verdict.PASSED:
        return Fate.PASSED
    if verdict in (Verdict.TIMED_OUT, Verdict.STALLED):
        return Fate.NO_END
    if not is_program(program.text):
        return Fate.NOT_PYTHON
    return Fate.ERROR if verdict is Verdict.OUT_OF_MEMORY else None


def programs_of(
    requests: Requests, records: Mapping[str, Path], tokenizer: Any, sandbox: Sandbox
) -> Iterator[Programs]:
    """The programs of each state; one that several states write is run once.

    Args:
        requests: the benchmark's, built again.
        records: by the name of the state.
        tokenizer: of the model.
        sandbox: runs the programs.

    Raises:
        InputError: a record is damaged.
        ValueError: a record was made of other requests.
    """
    settings = normalize_gen_kwargs(requests.documents[0].instances[0].args[1], DEFAULT_NEW_TOKENS)
    limit = int(settings["max_gen_toks"])
    contents = [document.content for document in requests.documents]
    known: dict[Program, tuple[Verdict, Fate]] = {}
    for name, path in records.items():
        record = read_record(path)
        if record["origin"]["requests"]["digest"] != requests.digest:
            raise ValueError(f"{path}: made of other requests; expected the configuration's")
        texts = [own[0] for own in record["items"]["responses"]]
        programs = list(map(make_program, contents, texts))
        new = [own for own in dict.fromkeys(programs) if own not in known]
        known |= zip(new, judged(new, sandbox), strict=True)
        verdicts, fates = zip(*(known[own] for own in programs), strict=True)
        recorded = map(Verdict, record["items"]["verdicts"])
        lengths = [len(tokenizer(text, add_special_tokens=False).input_ids) for text in texts]
        yield Programs(
            name,
            Counter(fates),
            sum(length >= limit - MARGIN for length in lengths),
            sum(now is not before for now, before in zip(verdicts, recorded, strict=True)),
        )


def rows(states: Iterator[Programs]) -> Iterator[str]:
    """A table of all states, as Markdown."""
    yield f"| state | {' | '.join(Fate)} | texts at the limit | other verdicts |"
    yield f"|---|{'--:|' * (len(Fate) + 2)}"
    for state in states:
        counts = " | ".join(str(state.fates.get(fate, 0)) for fate in Fate)
        yield f"| {state.state} | {counts} | {state.at_limit} | {state.changed} |"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.programs", description=__doc__)
    parser.add_argument("benchmark", help="a benchmark that asks for programs, all of its states")
    parser.add_argument("--configfile", type=Path, nargs="+", default=[Path("config.yaml")])
    parser.add_argument("--model", default=MODEL)
    options = parser.parse_args()
    run = read_run(options.configfile)
    job = EvaluateBenchmark(run, options.model, options.benchmark)
    source = task_source(job.asked, job.items, job.exclude, job.local_files)
    requests = requests_for(job.model_settings, source, job.asked.limit, run.configuration.seed)
    tokenizer = load_tokenizer(job.model_settings.folder)
    for line in rows(programs_of(requests, job.records, tokenizer, Sandbox(parallel=2))):
        print(line)


if __name__ == "__main__":
    main()
