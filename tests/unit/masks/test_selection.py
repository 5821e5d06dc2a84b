"""On a toy model whose importance is written by hand, masks name exactly the expected entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from benchprof.errors import InputError
from benchprof.masks.rules.contrastive import in_several_tops, select_ratio
from benchprof.masks.rules.top import select_top
from benchprof.masks.shares import Shares
from benchprof.masks.size import entry_count
from benchprof.models.mask import Entries
from benchprof.tensors import TensorFile, write_tensors

GATE, UP, DOWN = (f"model.layers.0.mlp.{name}_proj.weight" for name in ("gate", "up", "down"))


def importance(folder: Path, ability: str, scores: dict[str, list[float]]) -> TensorFile:
    path = folder / f"{ability}.safetensors"
    tensors = {n: torch.tensor(v, dtype=torch.float32).reshape(2, -1) for n, v in scores.items()}
    write_tensors(path, tensors, {"ability": ability})
    return TensorFile(path)


def plain(entries: Entries) -> dict[str, list[int]]:
    return {name: indices.tolist() for name, indices in entries.items()}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, TensorFile]:
    # Both need GATE[0] most (the core); a needs DOWN[1], b needs UP[2]; sums are 10 each.
    return {
        "a": importance(tmp_path, "a", {GATE: [5, 0, 0, 1], UP: [0, 0, 1, 0], DOWN: [0, 3, 0, 0]}),
        "b": importance(tmp_path, "b", {GATE: [5, 0, 0, 0], UP: [0, 0, 4, 0], DOWN: [0, 1, 0, 0]}),
    }


def test_top_is_by_importance_over_all_projections(files: dict[str, TensorFile]) -> None:
    # Order of a: GATE[0]=5, DOWN[1]=3, then GATE[3]=1 and UP[2]=1, tied: "gate" < "up".
    expected = [
        {GATE: [0]},
        {DOWN: [1], GATE: [0]},
        {DOWN: [1], GATE: [0, 3]},
        {DOWN: [1], GATE: [0, 3], UP: [2]},
    ]
    assert [plain(e) for e in select_top(files["a"], [1, 2, 3, 4])] == expected


def ratio_of(
    files: dict[str, TensorFile],
    ability: str,
    count: int,
    pool: float,
    skipped: Callable[[str], Sequence[Entries]] | None = None,
) -> list[Entries]:
    shares = Shares.of_files(files)
    ((own, found),) = select_ratio(shares, [ability], [count], pool, skipped)
    assert own == ability
    return found


def test_ratio_leaves_the_core(files: dict[str, TensorFile]) -> None:
    # epsilon = 0.01/12. Of the pool of 5 for n=1 four score above zero: ratios of a are
    # GATE[0] .5/(.5+e)=1.0, DOWN[1] .3/(.1+e)=2.98, GATE[3] .1/e=120, UP[2] .1/(.4+e)=.25.
    (one,) = ratio_of(files, "a", 1, 5)
    assert plain(one) == {GATE: [3]}
    (two,) = ratio_of(files, "a", 2, 5)
    assert plain(two) == {DOWN: [1], GATE: [3]}
    # b: UP[2] .4/(.1+e)=3.97, GATE[0] 1.0, DOWN[1] .1/(.3+e)=.33.
    (other,) = ratio_of(files, "b", 1, 5)
    assert plain(other) == {UP: [2]}


@pytest.mark.parametrize("room", [1, 10**9])
def test_ratios_of_abilities_together_are_those_of_each_alone(
    files: dict[str, TensorFile], room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchprof.masks.rules.contrastive.AT_ONCE", room)
    found = dict(select_ratio(Shares.of_files(files), ["b", "a"], [1, 2], 5))
    assert list(found) == ["b", "a"]
    for ability, masks in found.items():
        alone = [entries for count in (1, 2) for entries in ratio_of(files, ability, count, 5)]
        assert list(map(plain, masks)) == list(map(plain, alone))


def tops_of_others(files: dict[str, TensorFile], ability: str, count: int) -> list[Entries]:
    tops = {name: select_top(file, [count]) for name, file in files.items()}
    return in_several_tops(Shares.of_files(files), ability, tops, 1)


def test_ratio_leaves_out_what_the_other_ranks_high(files: dict[str, TensorFile]) -> None:
    # GATE[0] and UP[2] are b's top 2; a pool of 4 has two entries beside them, one of 2 has one.
    def skipped(ability: str) -> list[Entries]:
        return tops_of_others(files, ability, 2)

    (entries,) = ratio_of(files, "a", 2, 2, skipped)
    assert plain(entries) == {DOWN: [1], GATE: [3]}
    with pytest.raises(InputError, match=r"more than the 1 entries.*raise `pool` or"):
        ratio_of(files, "a", 2, 1, skipped)


def test_a_pool_that_is_not_full_may_be_left_with_less_than_n(files: dict[str, TensorFile]) -> None:
    # All four of a's entries above zero are in the pool; b's top 2 are two of them.
    (entries,) = ratio_of(files, "a", 3, 5, lambda ability: tops_of_others(files, ability, 2))
    assert plain(entries) == {DOWN: [1], GATE: [3]}


def test_more_than_the_scope_is_refused(files: dict[str, TensorFile]) -> None:
    for select in (
        lambda: select_top(files["a"], [13]),
        lambda: ratio_of(files, "a", 13, 5),
    ):
        with pytest.raises(InputError, match="more than the 12 entries in scope"):
            select()


def test_importance_of_zero_everywhere_is_refused(
    files: dict[str, TensorFile], tmp_path: Path
) -> None:
    files["c"] = importance(tmp_path, "c", {GATE: [0.0] * 4, UP: [0.0] * 4, DOWN: [0.0] * 4})
    with pytest.raises(InputError, match="zero everywhere"):
        Shares.of_files(files)


def test_the_count_is_exact_in_decimal() -> None:
    # 0.29 * 100 is 28.999... in binary.
    assert entry_count("0.29", 100) == 29
    assert entry_count("0.00001", 134_515_008) == 1345
    with pytest.raises(InputError, match="less than one weight"):
        entry_count("0.00001", 99_999)
