"""Print why programs fail and which texts are as long as allowed, for each state, as Markdown.

python -m study.programs mbpp --configfile config/study_generation.yaml
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

from benchprof.evaluation.job import requests_for
from benchprof.evaluation.record import read_record
from benchprof.models.loading import load_tokenizer
from benchprof.profile.form import is_program
from benchprof.run.jobs.evaluation import EvaluateBenchmark
from benchprof.run.run import read_run
from benchprof.sandbox.program import make_program
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict
from benchprof.scoring.generation import DEFAULT_NEW_TOKENS
from benchprof.tasks.requests import Requests
from benchprof.tasks.source import task_source

MARGIN = 2
"""Tokens by which a text that was written up to the limit may seem shorter, once it is a text."""
# As an exception that no test catches, where asserts were.
WRONG = "_WrongResult"


class Fate(StrEnum):
    """What became of a program."""

    PASSED = "passed"
    NOT_PYTHON = "not Python"
    ERROR = "an error"
    WRONG_RESULT = "a wrong result"
    NO_END = "no end within the limit"


@dataclass(frozen=True)
class State:
    """One state's programs.

    Attributes:
        name: of the state.
        fates: how many programs met each fate.
        full: how many texts reach the limit of tokens.
    """

    name: str
    fates: Mapping[Fate, int]
    full: int


class _Stopping(ast.NodeTransformer):
    """Asserts end the tests where they fail, and nothing has failed."""

    def visit_Assert(self, node: ast.Assert) -> ast.If:
        negated = ast.UnaryOp(ast.Not(), node.test)
        stop = ast.Raise(ast.Name(WRONG, ast.Load()), None)
        return ast.If(negated, [stop], [])


def without_asserts(program: Program) -> Program:
    """The program with tests that a wrong result ends and passes, so that only an error fails."""
    tests = ast.parse(program.tests)
    attempt = ast.Try(
        [_Stopping().visit(own) for own in tests.body],
        [ast.ExceptHandler(ast.Name(WRONG, ast.Load()), None, [ast.Pass()])],
        [],
        [],
    )
    named = ast.parse(f"class {WRONG}(BaseException): pass").body
    tree = ast.fix_missing_locations(ast.Module([*named, attempt], []))
    return replace(program, tests=ast.unparse(tree))


def fates(programs: Sequence[Program], verdicts: Sequence[str], sandbox: Sandbox) -> list[Fate]:
    """What became of each program.

    Args:
        programs: with their tests.
        verdicts: of the record.
        sandbox: runs again what failed and is Python.
    """
    found: list[Fate | None] = [
        _plain_fate(program, Verdict(own)) for program, own in zip(programs, verdicts, strict=True)
    ]
    open_ones = [number for number, own in enumerate(found) if own is None]
    again = sandbox.run_all(without_asserts(programs[number]) for number in open_ones)
    told = {
        number: Fate.WRONG_RESULT if own is Verdict.PASSED else Fate.ERROR
        for number, own in zip(open_ones, again, strict=True)
    }
    return [own or told[number] for number, own in enumerate(found)]


def _plain_fate(program: Program, verdict: Verdict) -> Fate | None:
    """What the verdict alone tells; None where an error and a wrong result look the same."""
    if verdict is Verdict.PASSED:
        return Fate.PASSED
    if verdict in (Verdict.TIMED_OUT, Verdict.STALLED):
        return Fate.NO_END
    if not is_program(program.text):
        return Fate.NOT_PYTHON
    return Fate.ERROR if verdict is Verdict.OUT_OF_MEMORY else None


def states_of(
    requests: Requests, records: Mapping[str, Path], tokenizer: Any, sandbox: Sandbox
) -> Iterator[State]:
    """Each state's programs.

    Args:
        requests: the benchmark's, built again.
        records: by the name of the state.
        tokenizer: of the model.
        sandbox: runs again what failed.

    Raises:
        InputError: a record is damaged.
        ValueError: a record was made of other requests.
    """
    first = requests.documents[0].instances[0].args[1]
    limit = int(normalize_gen_kwargs(first, DEFAULT_NEW_TOKENS)["max_gen_toks"])
    for name, path in records.items():
        record = read_record(path)
        if record["origin"]["requests"]["digest"] != requests.digest:
            raise ValueError(f"{path}: made of other requests; expected the configuration's")
        texts = [own[0] for own in record["items"]["responses"]]
        contents = [document.content for document in requests.documents]
        programs = list(map(make_program, contents, texts))
        lengths = [len(tokenizer(text, add_special_tokens=False).input_ids) for text in texts]
        yield State(
            name,
            Counter(fates(programs, record["items"]["verdicts"], sandbox)),
            sum(length >= limit - MARGIN for length in lengths),
        )


def _rows(states: Iterator[State]) -> Iterator[str]:
    yield f"| state | {' | '.join(Fate)} | texts at the limit |"
    yield f"|---|{'--:|' * (len(Fate) + 1)}"
    for state in states:
        counts = " | ".join(str(state.fates.get(fate, 0)) for fate in Fate)
        yield f"| {state.name} | {counts} | {state.full} |"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study.programs", description=__doc__)
    parser.add_argument("benchmark", help="a benchmark that asks for programs, all of its states")
    parser.add_argument("--configfile", type=Path, nargs="+", default=[Path("config.yaml")])
    parser.add_argument("--model", default="qwen25-coder-15b-instruct")
    options = parser.parse_args()
    run = read_run(options.configfile)
    job = EvaluateBenchmark(run, options.model, options.benchmark)
    source = task_source(job.asked, job.items, job.exclude, job.local_files)
    requests = requests_for(job.model_settings, source, job.asked.limit, run.configuration.seed)
    tokenizer = load_tokenizer(job.model_settings.folder)
    for line in _rows(states_of(requests, job.records, tokenizer, Sandbox(parallel=2))):
        print(line)


if __name__ == "__main__":
    main()
