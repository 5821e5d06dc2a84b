"""Examples of made-up tokens."""

from __future__ import annotations

import torch

from benchprof.importance.example import Example


def text(ids: list[int], counted: int) -> Example:
    """An example whose last tokens count."""
    flags = torch.zeros(len(ids), dtype=torch.bool)
    flags[-counted:] = True
    return Example(torch.tensor(ids), flags)


def choice(context: list[int], *options: list[int]) -> Example:
    """An example of a choice among options, of which the first is right."""
    first, *others = (text([*context, *own], len(own)) for own in options)
    return Example(first.ids, first.counted, tuple(others))
