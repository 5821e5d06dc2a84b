"""Masks are found in the store by what decides them; importance is asked for where they lack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.masks import stored
from benchprof.masks.job import select_masks
from benchprof.masks.rule import Contrastive, Selection, Top
from benchprof.masks.stored import needed_for, select_stored
from benchprof.store import Store
from benchprof.tensors import write_tensors
from benchprof.uses import notes_of

ORIGIN: dict[str, Any] = {
    "model": "m", "unit": "weight", "scope": "mlp", "layers": None, "score": "taylor",
    "loss_on": "answer", "against": None, "dtype": "float32", "code": "c",
}  # fmt: skip
ABILITIES = ("a", "b", "c")
RULES: dict[str, Selection] = {"top": Top(), "contrastive": Contrastive(definition="sum")}


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model has what is in scope and nothing else, so that the mask fraction is a share of
    that.
    """
    monkeypatch.setattr("benchprof.masks.job.whole_size", lambda folder, unit: 50)  # noqa: ARG005


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.chdir(tmp_path)
    return Store(tmp_path / "store")


def origins(*names: str) -> dict[str, Any]:
    return {name: ORIGIN | {"examples": name} for name in names}


def importance(folder: Path, *names: str, empty: tuple[str, ...] = ()) -> dict[str, Path]:
    """Files of random scores, and of those in `empty` of the origin alone."""
    for name, origin in origins(*names).items():
        generator = torch.Generator().manual_seed(ord(name[-1]))
        scores = {} if name in empty else {"w": torch.rand(50, generator=generator)}
        write_tensors(folder / name, scores, origin)
    return {name: folder / name for name in names}


def targets(
    folder: Path, selection: str, *mask_fractions: str, of: tuple[str, ...] = ABILITIES
) -> Any:
    every = [
        Ablation(ability, selection, mask_fraction)
        for ability in of
        for mask_fraction in mask_fractions
    ]
    return {own: folder / "masks" / f"{own.name}.safetensors" for own in every}


def select(folder: Path, store: Store, own: Any, files: dict[str, Path], rule: Any) -> list[bytes]:
    select_stored(folder, rule, files, own, store)
    return [path.read_bytes() for path in own.values()]


def lacking(folder: Path, store: Store, own: Any, rules: Any, *names: str) -> set[str]:
    return needed_for([*own], origins(*names), rules, folder, folder / "text", store)


@pytest.mark.parametrize("selection", ["top", "contrastive"])
def test_masks_come_from_the_store_when_their_scores_are_gone(
    selection: str, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, rule = targets(tmp_path, selection, "0.1", "0.2"), RULES[selection]
    files = importance(tmp_path, *ABILITIES)
    select_masks(tmp_path, rule, files, own)
    expected = [path.read_bytes() for path in own.values()]
    assert lacking(tmp_path, store, own, {selection: rule}, *ABILITIES) == {*ABILITIES}
    assert select(tmp_path, store, own, files, rule) == expected
    assert lacking(tmp_path, store, own, {selection: rule}, *ABILITIES) == set()
    # Origins alone are left; nothing is selected again.
    monkeypatch.setattr(stored, "select_masks", None)
    assert (
        select(tmp_path, store, own, importance(tmp_path, *ABILITIES, empty=ABILITIES), rule)
        == expected
    )


def test_each_selection_notes_which_entries_it_uses(tmp_path: Path, store: Store) -> None:
    """In its own note: one in place of another's would leave that one's masks to be pruned."""
    for selection, rule in RULES.items():
        files = importance(tmp_path, *ABILITIES)
        select(tmp_path, store, targets(tmp_path, selection, "0.1"), files, rule)
    notes = [note.use for note in notes_of(store.root)]
    assert sorted(Path(use.job).name for use in notes) == sorted(RULES)
    entries = {path.relative_to(store.root).as_posix() for path in store.root.glob("masks/*/*")}
    assert {name for use in notes for name in use.entries} == entries
    assert len(entries) == len(RULES) * len(ABILITIES)


def test_what_changed_needs_what_it_is_selected_from(tmp_path: Path, store: Store) -> None:
    """Of `top` the new ability's scores, of `contrastive` all."""
    for selection, rule in RULES.items():
        own = targets(tmp_path, selection, "0.1", of=("a", "b"))
        select(tmp_path, store, own, importance(tmp_path, "a", "b"), rule)
    top, contrastive = (targets(tmp_path, own, "0.1") for own in RULES)
    assert lacking(tmp_path, store, top, {"top": Top()}, *ABILITIES) == {"c"}
    assert lacking(tmp_path, store, {**top, **contrastive}, RULES, *ABILITIES) == {*ABILITIES}
    # Masks of the new ability are selected beside files that hold nothing.
    files = importance(tmp_path, *ABILITIES, empty=("a", "b"))
    assert len(select(tmp_path, store, top, files, Top())) == 3
    # Another mask fraction, another rule and another item.
    two = targets(tmp_path, "top", "0.1", "0.2", of=("a",))
    assert lacking(tmp_path, store, two, {"top": Top()}, "a") == {"a"}
    one = targets(tmp_path, "top", "0.1", of=("a",))
    assert lacking(tmp_path, store, one, {"top": Top()}, "a") == set()
    assert lacking(tmp_path, store, one, {"top": Top(within="chunk")}, "a") == {"a"}
    changed = {"a": ORIGIN | {"examples": "other"}}
    assert needed_for([*one], changed, {"top": Top()}, tmp_path, tmp_path, store) == {"a"}


@pytest.mark.parametrize("selection", ["top", "contrastive"])
@pytest.mark.parametrize("empty", [("b",), ABILITIES])
def test_scores_that_a_new_selection_needs_and_that_were_dropped_are_named(
    empty: tuple[str, ...], selection: str, tmp_path: Path, store: Store
) -> None:
    own, files = targets(tmp_path, selection, "0.1"), importance(tmp_path, *ABILITIES, empty=empty)
    with pytest.raises(InputError, match=f"{empty[0]}: scores that .* Delete it and run again."):
        select(tmp_path, store, own, files, RULES[selection])


def test_a_damaged_mask_is_selected_again(tmp_path: Path, store: Store) -> None:
    own = targets(tmp_path, "top", "0.1", of=("a",))
    before = select(tmp_path, store, own, importance(tmp_path, "a"), Top())
    (entry,) = (store.root / "masks").rglob("*.safetensors")
    entry.chmod(0o600)
    entry.write_bytes(entry.read_bytes()[:-1])
    assert lacking(tmp_path, store, own, {"top": Top()}, "a") == {"a"}
    assert select(tmp_path, store, own, importance(tmp_path, "a"), Top()) == before
