"""The scenes that facts in a chain are set in: sentences and questions, each in one split.

`tables/chains.tsv` has a row for each. Roles and options are as in `scenes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchprof.generators.table import Row, parts, read_rows

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Hop:
    """A question over two links, and its answer as a sentence without its full stop."""

    question: str
    clause: str


@dataclass(frozen=True)
class Chain:
    """Four roles in a chain; `links` join neighbours.

    `hops` go over the first two links and over the last two. `backward` goes back over the first
    two; `far_forward` and `far_backward` go over all three.
    """

    name: str
    split: str
    roles: tuple[str, str, str, str]
    links: tuple[str, str, str]
    hops: tuple[Hop, Hop]
    backward: str
    far_forward: str
    far_backward: str
    options: tuple[str, str, str, str] = ("", "", "", "")


def _chain(row: Row) -> Chain:
    first, second, third, fourth = parts(row["roles"])
    return Chain(
        name=row["name"],
        split=row["split"],
        roles=(first, second, third, fourth),
        links=(row["link1"], row["link2"], row["link3"]),
        hops=(Hop(row["question1"], row["clause1"]), Hop(row["question2"], row["clause2"])),
        backward=row["backward"],
        far_forward=row["far_forward"],
        far_backward=row["far_backward"],
        options=(row["option1"], row["option2"], row["option3"], row["option4"]),
    )


CHAINS: tuple[Chain, ...] = tuple(map(_chain, read_rows(TABLES / "chains.tsv")))
