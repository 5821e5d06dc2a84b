"""Which rotary frequencies a sequence gets, worked out by hand from the library's rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from benchprof.scoring.rotary import Rotaries

LONG = {"rope_type": "longrope", "original_max_position_embeddings": 8}
DYNAMIC = {"rope_type": "dynamic", "factor": 2.0}


def rotaries(parameters: dict[str, Any] | None) -> Rotaries:
    config = SimpleNamespace(rope_parameters=parameters, max_position_embeddings=10)
    return Rotaries.of(SimpleNamespace(config=config))


@pytest.mark.parametrize(
    ("parameters", "spans", "alike"),
    [
        (LONG, [(3, 8), (7, 8)], True),
        (LONG, [(9, 12), (30, 40)], True),
        (LONG, [(3, 8), (9, 12)], False),
        (LONG, [(3, 9), (4, 9)], False),  # they meet the long frequencies at different steps
        (LONG, [(3, 9), (3, 30)], True),
        (DYNAMIC, [(3, 10), (7, 10)], True),
        (DYNAMIC, [(11, 12), (12, 13)], False),
        (None, [(1, 2), (100, 200)], True),
    ],
)
def test_sequences_that_grow_alike(
    parameters: dict[str, Any] | None, spans: list[tuple[int, int]], alike: bool
) -> None:
    own = rotaries(parameters)
    assert (len({own.while_growing(*span) for span in spans}) == 1) == alike
