"""The wordings, in `phrasings.tsv`: a row has its type, split, difficulty and way of drawing.

Slots: `{n0}` to `{n2}` are names; the others are filled by the way of drawing (`mode`), which
`generator.py` defines. `{a}` is to `{b}` as `{c}` is to the answer; `{A}` is `{a}` with a capital.
Of `system_mapping`, `{one}` and `{two}` are groups of people; `{x}` has its counterpart in the
second; in the medium mode `{known}` of the first is known to be like `{like}` of the second. Of
`structure_mapping`, `{g1}` and `{g2}` tell who does what to whom in two groups of people; `{x}` is
one of the first.
"""

from __future__ import annotations

from pathlib import Path

from benchprof.generators.table import read_entries
from benchprof.generators.templates.phrasing import Phrasing

PHRASINGS: dict[str, tuple[Phrasing, ...]] = read_entries(
    Path(__file__).with_suffix(".tsv"), "type", Phrasing
)
