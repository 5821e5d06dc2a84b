"""Measure which types of two bytes or less keep the masks that float32 scores make.

python performance/rounded_scores.py [--entries 10000000] [--abilities 6] [--seed 0]

Scores are drawn as |w·g| of real models are spread: lognormal over nine decades, mostly the same in
all abilities, each tensor on a level of its own; signed ones have a random sign. Printed is the
smallest share of a float32 mask's entries that the mask of the rounded scores holds, over two
abilities, by selection and k.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from benchprof.importance.rounding import rounded
from benchprof.masks.selection import selected
from benchprof.run.configuration import Selection, Specific, Top

KS = (0.00001, 0.0001, 0.001, 0.01)
Tensors = dict[str, torch.Tensor]
SELECTIONS: Mapping[str, tuple[str, Selection, bool]] = {
    "top": ("top", Top(), False),
    "ratio": ("specific", Specific(definition="ratio", pool=5), False),
    "exclude": ("specific", Specific(definition="exclude", in_top_of=2), False),
    "max": ("specific", Specific(definition="max"), False),
    "diff": ("specific", Specific(definition="diff"), False),
    "sum, signed": ("specific", Specific(definition="sum"), True),
    "top, signed": ("top", Top(), True),
    "core": ("core", Selection(), False),
    "bottom": ("bottom", Selection(), False),
}


class Scores:
    """Scores in memory that look like a file of them."""

    path = Path("drawn")

    def __init__(self, tensors: Tensors) -> None:
        """Take tensors by name."""
        self.tensors, self.names = tensors, sorted(tensors)
        self.total_size = sum(own.numel() for own in tensors.values())

    def tensor(self, name: str) -> torch.Tensor:
        """One tensor."""
        return self.tensors[name]

    def entries(self, name: str, indices: torch.Tensor) -> torch.Tensor:
        """Some entries of one tensor, by flat index."""
        return self.tensors[name].reshape(-1)[indices]

    def size(self, name: str) -> int:
        """Number of entries of one tensor."""
        return self.tensors[name].numel()


def drawn(entries: int, abilities: int, seed: int, signed: bool) -> dict[str, Tensors]:
    """Scores of each ability: most of a logarithm is shared by all."""
    generator = torch.Generator().manual_seed(seed)
    size, found = entries // 8, {f"ability_{a}": Tensors() for a in range(abilities)}
    for number in range(8):
        common = torch.randn(size, generator=generator)
        for own in found.values():
            spread = 2.0 * common + 0.8 * torch.randn(size, generator=generator)
            scores = (spread + 0.5 * number - 14).exp()
            if signed:
                scores *= torch.randint(0, 2, (size,), generator=generator) * 2 - 1
            own[f"layer.{number}"] = scores
    return found


def scaled_half(scores: torch.Tensor) -> torch.Tensor:
    """As importance files have them."""
    halves, exponents = rounded({"": scores})
    return halves[""].float() * 2.0 ** exponents[""]


def logarithm(levels: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """So many levels over the highest 40 octaves of a tensor, half of them of signed ones."""

    def levelled(scores: torch.Tensor) -> torch.Tensor:
        steps = (levels // 2 if bool((scores < 0).any()) else levels) / 40
        logs = scores.abs().double().log2()
        top = math.ceil(float(logs.max()))
        codes = ((logs - top + 40) * steps).round()
        values = (codes / steps + top - 40).exp2().float()
        return torch.where(codes > 0, values, 0).copysign(scores)

    return levelled


TYPES: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "bfloat16": lambda scores: scores.bfloat16().float(),
    "float16": lambda scores: scores.half().float(),
    "float16, scaled": scaled_half,
    "logarithm, 16 bits": logarithm(65535),
    "logarithm, 12 bits": logarithm(4095),
    "logarithm, 8 bits": logarithm(255),
}


def masks(found: Mapping[str, Tensors], selection: str, rule: Selection) -> list[Tensors]:
    """The masks of two abilities at every k."""
    files = {name: Scores(own) for name, own in found.items()}
    size = next(iter(files.values())).total_size
    asked, counts = list(files)[:2], [int(k * size) for k in KS]
    every = selected(selection, rule, files, counts, asked)  # type: ignore[arg-type]
    return [own for _, by_count in every for own in by_count]


def shared(one: Tensors, other: Tensors) -> float:
    """The share of a mask's entries that another holds."""
    both = sum(
        int(torch.isin(own, other[name]).sum()) for name, own in one.items() if name in other
    )
    return both / sum(map(len, one.values()))


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--abilities", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("| type | selection | " + " | ".join(f"k = {k}" for k in KS) + " |")
    print("|---|---|" + "--:|" * len(KS))
    for signed in (False, True):
        found = drawn(options.entries, options.abilities, options.seed, signed)
        asked = {name: own for name, own in SELECTIONS.items() if own[2] is signed}
        exact = {name: masks(found, own[0], own[1]) for name, own in asked.items()}
        for kind, as_type in TYPES.items():
            stored = {a: {t: as_type(s) for t, s in own.items()} for a, own in found.items()}
            for name, (selection, rule, _) in asked.items():
                own = masks(stored, selection, rule)
                held = [shared(one, two) for one, two in zip(exact[name], own, strict=True)]
                least = [min(held[place :: len(KS)]) for place in range(len(KS))]
                print(f"| {kind} | {name} | " + " | ".join(f"{s:.2%}" for s in least) + " |",
                      flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
