"""Runs what a model wrote for a small function in the project's sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchprof.sandbox.program import program_verdicts
from benchprof.sandbox.sandbox import Sandbox

# Made when the task is loaded: where there is no sandbox, nothing is computed.
SANDBOX = Sandbox()


def process_results(document: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """Score a completion: 1 if the function passes its tests in the sandbox, else 0."""
    (verdict,) = program_verdicts([document], results, SANDBOX)
    return {"pass@1": verdict.score}
