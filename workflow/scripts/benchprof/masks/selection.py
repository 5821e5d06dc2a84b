"""Which rule chooses the entries of an ability's mask, and what it is chosen from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchprof.masks.rankings import select_bottom, select_core, select_top
from benchprof.masks.rule import Selection, Specific, Top
from benchprof.masks.shares import Shares
from benchprof.masks.specific import in_several_tops, select_ratio, select_sum
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile


def selected(
    selection: str,
    rule: Selection,
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    """Each ability's entries for each count; what all abilities need is done once."""
    if isinstance(rule, Specific):
        yield from _specific(rule, files, counts, abilities)
        return
    if selection == "core":
        core = select_core(Shares.of_files(files), counts)
        yield from ((ability, core) for ability in abilities)
        return
    for ability in abilities:
        if isinstance(rule, Top):
            yield ability, select_top(files[ability], counts, rule.within)
        else:
            assert selection == "bottom", selection
            yield ability, select_bottom(files[ability], counts)


def _specific(
    rule: Specific,
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
    abilities: Sequence[str],
) -> Iterator[tuple[str, list[Entries]]]:
    shares = Shares.of_files(files)
    if rule.pool is None:
        yield from ((ability, select_sum(shares, ability, counts)) for ability in abilities)
        return
    least = rule.in_top_of or 0
    tops = {a: select_top(file, counts) for a, file in files.items()} if least else {}

    def skipped(ability: str) -> list[Entries]:
        return in_several_tops(shares, ability, tops, least)

    yield from select_ratio(shares, abilities, counts, rule.pool, skipped if least else None)
