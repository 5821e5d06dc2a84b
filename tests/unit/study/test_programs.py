"""Why programs fail: each kind of failure on programs whose fault is plain."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from study.programs import Fate, fates, states_of, without_asserts

from benchprof.evaluation.record import FORMAT, record_bytes
from benchprof.sandbox.program import make_program
from benchprof.sandbox.sandbox import Sandbox

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
    return Sandbox(unsafe=True)


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
        ("    while True:\n        pass\n", Fate.NO_END),
    ],
)
def test_a_program_s_fate_is_that_of_its_first_fault(
    sandbox: Sandbox, body: str, fate: Fate
) -> None:
    programs = [make_program(MBPP, f"def double(x):\n{body}"), make_program(HUMANEVAL, body)]
    verdicts = [*map(str, sandbox.run_all(programs))]
    assert fates(programs, verdicts, sandbox) == [fate, fate]


def test_tests_that_catch_every_exception_hide_no_wrong_result(sandbox: Sandbox) -> None:
    caught = "try:\n    assert double(2) == 4\nexcept Exception:\n    raise RuntimeError"
    program = make_program(MBPP | {"test_list": [caught]}, "def double(x): return x")
    assert fates([program], ["failed"], sandbox) == [Fate.WRONG_RESULT]


def test_a_right_program_passes_the_tests_without_asserts_too(sandbox: Sandbox) -> None:
    program = without_asserts(make_program(MBPP, "def double(x): return 2 * x"))
    assert sandbox.run(program).score == 1


def write_record(path: Path, texts: list[str], verdicts: list[str]) -> None:
    items = {"responses": [[text] for text in texts], "verdicts": verdicts}
    origin = {"requests": {"digest": "of these requests"}}
    path.write_bytes(record_bytes({"format": FORMAT, "origin": origin, "items": items}))


def asked(digest: str) -> Any:
    """Two documents, whose answers have at most 20 tokens."""
    document = SimpleNamespace(
        content=MBPP,
        instances=[SimpleNamespace(args=("prompt", {"until": ["[DONE]"], "max_gen_toks": 20}))],
    )
    return SimpleNamespace(digest=digest, documents=[document, document])


def characters(text: str, add_special_tokens: bool) -> Any:
    """A tokenizer whose tokens are characters."""
    assert not add_special_tokens
    return SimpleNamespace(input_ids=list(text))


def test_each_state_has_its_fates_and_its_full_texts(sandbox: Sandbox, tmp_path: Path) -> None:
    # 17 and 18 characters: 18 may have been 20 tokens.
    write_record(
        tmp_path / "intact.json", ["double = 5 * 1000", "double = 5 * 10000"], ["failed"] * 2
    )
    write_record(tmp_path / "a.json", ["def double(x): return 2 * x", "?"], ["passed", "failed"])
    records = {name: tmp_path / f"{name}.json" for name in ("intact", "a")}
    intact, ablated = states_of(asked("of these requests"), records, characters, sandbox)
    assert (intact.name, intact.fates, intact.full) == ("intact", {Fate.ERROR: 2}, 1)
    assert ablated.fates == {Fate.PASSED: 1, Fate.NOT_PYTHON: 1}
    assert ablated.full == 1
    with pytest.raises(ValueError, match=r"a\.json: made of other requests"):
        list(states_of(asked("of others"), {"a": records["a"]}, characters, sandbox))
