"""Why programs fail: each kind of failure on programs whose fault is plain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from study.programs import Fate, Programs, judged, programs_of, rows, without_asserts
from tests.records import record_of, write_record

from benchprof.sandbox.isolated.confinement import Limits
from benchprof.sandbox.program import make_program
from benchprof.sandbox.sandbox import Program, Sandbox, Verdict

MBPP = {
    "task_id": 1,
    "test_list": ["assert double(2) == 4", "assert double([3]) == [3, 3]"],
    "code": "def double(x): return 2 * x",
}
HUMANEVAL = {
    "task_id": "made up",
    "prompt": 'def double(x):\n    """Twice x."""\n',
    "entry_point": "double",
    "test": (
        "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate([3]) == [3, 3]\n"
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(Limits(cpu_seconds=1, wall_seconds=20), unsafe=True)


def fates_of(programs: list[Program], sandbox: Sandbox) -> list[Fate]:
    return [fate for _, fate in judged(programs, sandbox)]


@pytest.mark.parametrize(
    ("body", "fate"),
    [
        ("    return 2 * x\n", Fate.PASSED),
        ("    return x *\n", Fate.NOT_PYTHON),
        ("    return x / 0\n", Fate.ERROR),
        ("    return 3 * x\n", Fate.WRONG_RESULT),
        # The second test would raise an error; the first has failed by then.
        ("    return x - 1\n", Fate.WRONG_RESULT),
        ("    return 4 if x == 2 else x.upper()\n", Fate.ERROR),
        # It swallows what is raised in it, and nothing that the tests raise.
        ("    try: return x / 0\n    except BaseException: return 0\n", Fate.WRONG_RESULT),
        ("    exit()\n", Fate.ERROR),
        ("    while x == [3]:\n        pass\n    return 4\n", Fate.NO_END),
        ("    while True:\n        pass\n", Fate.NO_END),
    ],
)
def test_a_program_s_fate_is_that_of_its_first_fault(
    sandbox: Sandbox, body: str, fate: Fate
) -> None:
    programs = [make_program(MBPP, f"def double(x):\n{body}"), make_program(HUMANEVAL, body)]
    assert fates_of(programs, sandbox) == [fate, fate]


def test_tests_that_catch_every_exception_hide_no_wrong_result(sandbox: Sandbox) -> None:
    caught = "try:\n    assert double(2) == 4\nexcept Exception:\n    raise RuntimeError"
    program = make_program(MBPP | {"test_list": [caught]}, "def double(x): return x")
    assert fates_of([program], sandbox) == [Fate.WRONG_RESULT]


def test_an_error_of_the_tests_own_is_a_wrong_result(sandbox: Sandbox) -> None:
    program = make_program(
        MBPP | {"test_list": ["assert abs(double(2)) > 0"]}, "def double(x): ..."
    )
    # In the tests, None has no abs.
    assert fates_of([program], sandbox) == [Fate.WRONG_RESULT]


class GivenVerdicts:
    """Stands for a sandbox: gives these verdicts, the tests' first."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)

    def run_all(self, programs: Iterable[Program]) -> list[Verdict]:
        return [self.verdicts.pop(0) for _ in programs]


def test_a_clock_s_end_is_no_end_and_memory_s_an_error() -> None:
    programs = [make_program(MBPP, "def double(x): return 2 * x")] * 2
    given: Any = GivenVerdicts(Verdict.STALLED, Verdict.OUT_OF_MEMORY)
    assert fates_of(programs, given) == [Fate.NO_END, Fate.ERROR]


def test_a_program_that_fails_and_then_has_no_end_is_refused() -> None:
    program = make_program(MBPP, "def double(x): return x")
    given: Any = GivenVerdicts(Verdict.FAILED, Verdict.STALLED)
    with pytest.raises(ValueError, match="failed now stalled"):
        judged([program], given)


def test_a_right_program_passes_the_tests_without_asserts_too(sandbox: Sandbox) -> None:
    program = without_asserts(make_program(MBPP, "def double(x): return 2 * x"))
    assert sandbox.run(program).score == 1


def asked(digest: str, settings: dict[str, Any]) -> Any:
    """Two documents."""
    asks = {"until": ["[DONE]"]} | settings
    instance = SimpleNamespace(args=("prompt", asks), request_type="generate_until")
    document = SimpleNamespace(content=MBPP, instances=[instance])
    return SimpleNamespace(digest=digest, documents=[document, document])


def characters(text: str, add_special_tokens: bool) -> Any:
    """A tokenizer whose tokens are characters."""
    assert not add_special_tokens
    return SimpleNamespace(input_ids=list(text))


@pytest.mark.parametrize(
    ("settings", "limit"), [({"max_gen_toks": 40}, 40), ({}, 256)], ids=["its own", "lm-eval's"]
)
def test_each_state_has_its_fates_and_its_texts_at_the_limit(
    sandbox: Sandbox, tmp_path: Path, settings: dict[str, Any], limit: int
) -> None:
    # Two characters less than the limit may be all of it, and three are not.
    texts = [f"{'double = 1':<{limit - less}}" for less in (2, 3)]
    states = {"intact": texts, "a": ["def double(x): return 2 * x", "?"]}
    records = {name: tmp_path / f"{name}.json" for name in states}
    for name, own in states.items():
        how: dict[str, Any] = {"requests": "of these requests", "verdicts": ["failed", "failed"]}
        write_record(records[name], record_of([[text] for text in own], **how))
    requests = asked("of these requests", settings)
    intact, ablated = programs_of(requests, records, characters, sandbox)
    assert intact == Programs("intact", {Fate.ERROR: 2}, 1, 0)
    # The record says otherwise of the first: it was judged by another sandbox.
    assert ablated == Programs("a", {Fate.PASSED: 1, Fate.NOT_PYTHON: 1}, 0, 1)
    with pytest.raises(ValueError, match=r"a\.json: made of other requests"):
        list(programs_of(asked("of others", {}), {"a": records["a"]}, characters, sandbox))


def test_the_table_has_a_row_a_state() -> None:
    states = [Programs("intact", {Fate.PASSED: 7, Fate.WRONG_RESULT: 3}, 1, 2)]
    assert list(rows(iter(states))) == [
        "| state | passed | not Python | an error | a wrong result | no end within the limit "
        "| texts at the limit | other verdicts |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        "| intact | 7 | 0 | 0 | 3 | 0 | 1 | 2 |",
    ]
