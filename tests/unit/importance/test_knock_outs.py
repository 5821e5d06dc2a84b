"""Units are found by what the loss does without them, group by group, and nothing is done twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.model_types import SMALL
from torch.nn.functional import log_softmax
from transformers import LlamaConfig

from benchprof.abilities.item import Item
from benchprof.errors import InputError
from benchprof.importance import knock_out_scores as module
from benchprof.importance.example import Example, Examples
from benchprof.importance.groups import draw_groups, entries_of
from benchprof.importance.knock_outs import INTACT, Reading, losses_without
from benchprof.importance.lasso import Design
from benchprof.importance.scoring import Groups, Scoring
from benchprof.importance.unit_job import importance_of_units
from benchprof.models.mask import Mask
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import PARTS, Scope
from benchprof.models.units import scored_weights, unit_projections
from benchprof.scoring.scorer import TreeScorer
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile, write_tensors


def text(*ids: int, counted: int = 1, after: int = 0) -> Example:
    """An example whose last tokens count, but for some `after` them, as a chat template has."""
    flags = torch.zeros(len(ids), dtype=torch.bool)
    flags[len(ids) - after - counted : len(ids) - after] = True
    return Example(torch.tensor(ids), flags)


# Groups.


def test_no_unit_is_in_two_groups_more_than_another() -> None:
    members = draw_groups(50, Groups(33, 0.06, seed=1))
    assert members.sum(axis=1).tolist() == [3] * 33
    # 99 places for 50 units.
    assert sorted(members.sum(axis=0)) == [1] + 49 * [2]


def test_more_groups_of_a_seed_begin_with_the_same_ones() -> None:
    few, more, others = (
        draw_groups(40, Groups(number, 0.1, seed)) for number, seed in ((10, 1), (30, 1), (10, 2))
    )
    assert np.array_equal(few, more[:10])
    assert not np.array_equal(few, others)


@pytest.mark.parametrize(("units", "share", "size"), [(100, 0.29, 29), (10, 0.02, 1), (7, 0.3, 2)])
def test_a_group_holds_the_share_rounded_down_or_one_unit(
    units: int, share: float, size: int
) -> None:
    assert set(draw_groups(units, Groups(12, share, 1)).sum(axis=1)) == {size}


def test_a_group_s_units_are_numbered_within_their_projections() -> None:
    group = np.array([False, True, True, False, False, False, True])
    found = entries_of(group, {"a": 3, "b": 2, "c": 2})
    assert {name: units.tolist() for name, units in found.items()} == {"a": [1, 2], "c": [1]}


# Losses.


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("unit", list(PARTS))
def test_losses_without_units_are_those_of_weights_zeroed_by_hand(family: str, unit: str) -> None:
    """GPT-2 keeps the inputs of a projection in rows. Padded and shared passes change nothing."""
    model = tiny_model(family)
    context = [7, 30, 41, 52, 60]
    choice = replace(
        text(*context, 71, 72, 90, counted=2, after=1), others=(text(*context, 81, 90, after=1),)
    )
    examples = [text(5, 9, 12, 33, 20, 18, counted=2), choice, text(8, 8, 100, 3, 44, 31, 27)]
    chosen = {"head": [1], "neuron": [0, 7, 23]}[unit]
    projections = unit_projections(model, unit)
    last = sorted(projections)[-1]
    intact = {name: value.clone() for name, value in model.state_dict().items()}
    group = Mask({last: torch.tensor(chosen)}, {"unit": unit})
    weights = scored_weights(model, Scope(PARTS[unit], unit=unit))
    reading = Reading(TreeScorer(model, byte_tokenizer(chat=False)), examples)
    found = losses_without(weights, group, reading)
    assert all(torch.equal(value, intact[name]) for name, value in model.state_dict().items())
    width = projections[last].width
    features = [unit * width + place for unit in chosen for place in range(width)]
    changed = intact[last].clone()
    changed[(features, slice(None)) if family == "gpt2" else (slice(None), features)] = 0
    assert not torch.equal(changed, intact[last])
    model.load_state_dict(intact | {last: changed})
    expected = [nats(model, examples[0]) / 2, share(model, choice), nats(model, examples[2])]
    assert found.tolist() == pytest.approx(expected, abs=1e-4)
    model.load_state_dict(intact)
    without = losses_without(weights, INTACT, reading)
    assert without.tolist() != pytest.approx(expected, abs=1e-3)
    assert without[0].item() == pytest.approx(nats(model, examples[0]) / 2, abs=1e-4)


def nats(model: Any, example: Example) -> float:
    """Of the counted tokens together, from all logits of the example alone."""
    with torch.no_grad():
        said = log_softmax(model(input_ids=example.ids[None]).logits[0].double(), dim=-1)
    places = [place for place in range(1, len(example.ids)) if example.counted[place]]
    return -sum(float(said[place - 1, example.ids[place]]) for place in places)


def share(model: Any, choice: Example) -> float:
    odds = np.exp([-nats(model, own) for own in choice.texts])
    return float(-np.log(odds[0] / odds.sum()))


# The regression.


def test_planted_units_are_found_with_their_sign() -> None:
    members = draw_groups(200, Groups(100, 0.1, seed=3))
    effects = np.random.default_rng(1).normal(0, 0.05, 200)
    planted = {17: 2.0, 90: 1.5, 150: -1.5}
    for unit, effect in planted.items():
        effects[unit] = effect
    found = Design.of(members).coefficients(members @ effects + 0.3)
    order = np.argsort(-np.abs(found))
    assert set(order[:3]) == set(planted)
    assert {unit: np.sign(found[unit]) for unit in planted} == {17: 1, 90: 1, 150: -1}
    # The penalty takes something off, and what every group has is no unit's.
    assert found[17] == pytest.approx(2, abs=0.5)
    assert np.abs(found[order[3:]]).max() < 0.5


def test_units_of_the_same_groups_share_a_coefficient() -> None:
    alone = draw_groups(30, Groups(60, 0.1, seed=2))
    # The unit 4 three times; a unit in no group.
    members = np.concatenate([alone, alone[:, [4, 4]], np.zeros((60, 1), dtype=bool)], axis=1)
    effects = 3.0 * alone[:, 4] + 0.5 * alone[:, 9]
    one, three = Design.of(alone).coefficients(effects), Design.of(members).coefficients(effects)
    assert Design.of(members).alike == 3
    assert three[[4, 30, 31]] == pytest.approx(np.full(3, one[4] / 3), abs=1e-3)
    assert three[:4] == pytest.approx(one[:4], abs=1e-3)
    assert three[32] == 0


def test_where_groups_explain_nothing_a_unit_is_left_all_the_same() -> None:
    effects = np.random.default_rng(5).normal(size=50)
    found = Design.of(draw_groups(300, Groups(50, 0.02, 1))).coefficients(effects)
    assert 0 < np.abs(found).max() < 1


def test_where_all_groups_do_the_same_no_unit_does_anything() -> None:
    assert not Design.of(draw_groups(30, Groups(20, 0.1, 1))).coefficients(np.full(20, 0.7)).any()


# The whole way, on a model made by hand.

LAYERS, HEADS, NEURONS = 2, 4, 24
A, B, ANSWER_A, ANSWER_B = 10, 11, 20, 21
"""Tokens: what an item of either ability asks with, and its answer."""
PLANTED = {
    "head": {"a": [(0, 1)], "b": [(1, 2)]},
    "neuron": {"a": [(0, 5)], "b": [(0, 3), (1, 20)]},
}
"""Layers and numbers of the units that tell the answer of an ability's items."""


def planted_model(unit: str) -> Any:
    """A model in which some units alone lead from a question to its answer.

    Attention looks at all tokens alike. Token A lies in dimension 0, B in 1, their answers' logits
    are read from 8 and 9. A planted unit carries 0 to 8, or 1 to 9; all else is hardly there.
    """
    config = LlamaConfig(**SMALL | {"num_attention_heads": HEADS, "num_hidden_layers": LAYERS})
    model = tiny_model("llama", config=config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(0.03)
        embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
        for token in range(30, 60):
            embedding[token, 2 + token % 6] = 1
        for place, (token, answer) in enumerate(((A, ANSWER_A), (B, ANSWER_B))):
            embedding[token, place] = 1
            head[answer, 8 + place] = 1.5
        for ability, units in PLANTED[unit].items():
            for layer, number in units:
                plant(model.model.layers[layer], unit, number, "ab".index(ability))
    return model


def plant(layer: Any, unit: str, number: int, place: int) -> None:
    if unit == "neuron":
        layer.mlp.gate_proj.weight[number, place] = 2
        layer.mlp.up_proj.weight[number, place] = 2
        layer.mlp.down_proj.weight[8 + place, number] = 0.01
    else:
        layer.self_attn.v_proj.weight[place, place] = 2
        layer.self_attn.o_proj.weight[8 + place, number * 4 + place] = 2


def items_of(ability: str, number: int) -> Examples:
    """Items that end with the ability's token and its answer, after others that say nothing."""
    question, answer = {"a": (A, ANSWER_A), "b": (B, ANSWER_B)}[ability]
    random = np.random.default_rng("ab".index(ability))
    items, examples = [], []
    for index in range(number):
        items.append(Item(f"{ability}{index}", "t", "", "?", ("x", "y"), 0))
        examples.append(text(*random.integers(30, 60, 3).tolist(), question, answer))
    return Examples(items, examples)


class Search:
    """Knock-outs of a planted model, each with a count of the losses that were computed."""

    def __init__(self, folder: Path, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
        own = folder / "own"
        planted_model(unit).save_pretrained(own)
        byte_tokenizer(chat=False).save_pretrained(own)
        self.folder, self.unit, self.store = folder, unit, Store(folder / "store")
        prepare_model({"folder": str(own)}, folder / "model", self.store)
        self.scoring = Scoring(
            PreparedModel(folder / "model", "float32"), Scope(PARTS[unit], unit=unit), "knock_out",
            "answer", groups=Groups(60, 0.1 if unit == "neuron" else 0.25, seed=1),
        )  # fmt: skip
        self.computed: list[tuple[str, int]] = []
        self.monkeypatch = monkeypatch
        self.stop_after(1000)

    def stop_after(self, most: int) -> None:
        """Be killed after so many groups from now."""
        left = [most]

        def counted(weights: Any, group: Mask, reading: Reading) -> Any:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            self.computed.append((group.digest, len(reading.examples)))
            return losses_without(weights, group, reading)

        self.monkeypatch.setattr(module, "losses_without", counted)

    def scores(
        self, examples: Mapping[str, Examples] | None = None, store: Store | None = None,
        **changes: Any,
    ) -> dict[str, dict[str, torch.Tensor]]:  # fmt: skip
        self.computed.clear()
        examples = examples or {ability: items_of(ability, 6) for ability in "ab"}
        files = {ability: Path(f"{ability}.jsonl") for ability in examples}
        scoring = replace(self.scoring, **changes)
        folder = self.folder / "results"
        return importance_of_units(scoring, examples, files, folder, store or self.store)

    @property
    def entries(self) -> list[Path]:
        return sorted((self.folder / "store/knock_outs").rglob("*.safetensors"))


@pytest.fixture(params=["neuron", "head"])
def search(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return Search(tmp_path, request.param, monkeypatch)


@pytest.fixture
def heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    return Search(tmp_path, "head", monkeypatch)


def highest(scores: Mapping[str, torch.Tensor], count: int) -> list[tuple[int, int]]:
    ranked = sorted(
        ((float(value), int(name.split(".")[2]), number) for name, values in scores.items()
         for number, value in enumerate(values)), reverse=True,
    )  # fmt: skip
    return sorted((layer, number) for _, layer, number in ranked[:count])


def equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(torch.equal(one[a][name], other[a][name]) for a in one for name in one[a])


def test_each_ability_s_units_are_found_and_no_other_s(search: Search) -> None:
    found = search.scores()
    for ability, units in PLANTED[search.unit].items():
        assert highest(found[ability], len(units)) == units
        (other,) = {"a", "b"} - {ability}
        for layer, number in PLANTED[search.unit][other]:
            part = "self_attn.o_proj" if search.unit == "head" else "mlp.down_proj"
            foreign = found[ability][f"model.layers.{layer}.{part}.weight"][number]
            assert abs(foreign) < 0.1 * max(values.max() for values in found[ability].values())
    assert {values.dtype for values in found["a"].values()} == {torch.float32}


def test_a_killed_search_goes_on_and_computes_nothing_twice(search: Search) -> None:
    whole = search.scores(store=Store(search.folder / "other"))
    every = search.computed[:]
    # A model of eight heads has groups of two several times.
    assert len(every) == len(dict(every)) <= 61
    assert {number for _, number in every} == {12}
    search.stop_after(7)
    with pytest.raises(KeyboardInterrupt):
        search.scores()
    done = search.computed[:]
    assert len(search.entries) == len(done) == 7
    search.stop_after(1000)
    resumed = search.scores()
    assert [*done, *search.computed] == every
    assert equal(whole, resumed)
    assert equal(search.scores(), resumed)
    assert search.computed == []


def test_losses_that_another_search_replaces_meanwhile_still_count(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search.scores(store=Store(search.folder / "other"))
    add = Store.add

    def and_another(store: Store, kind: Kind, key: str, write: Callable[[Path], object]) -> Path:
        """Of one example, by a job that read the entry before this one wrote it."""
        file = TensorFile(add(store, kind, key, write))
        first = {name: file.tensor(name) for name in [*file.names][:1]}
        return add(store, kind, key, partial(write_tensors, tensors=first, origin=file.origin))

    monkeypatch.setattr(Store, "add", and_another)
    assert equal(whole, search.scores())


def test_what_is_kept_serves_other_items_halves_and_groups(
    heads: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads.scores()

    def load(*_: Any) -> None:
        raise AssertionError("the model is loaded")

    with monkeypatch.context() as patched:
        patched.setattr(module, "load_model", load)
        heads.scores({"a": items_of("a", 4)})
        heads.scores(groups=Groups(30, 0.25, seed=1))
    more = {"a": items_of("a", 9), "b": items_of("b", 6)}
    heads.scores(more)
    # Three items of one ability, without each group and with none.
    assert {number for _, number in heads.computed} == {3}
    assert len(heads.computed) == len(heads.entries)
    heads.scores(more)
    assert heads.computed == []


def test_a_damaged_entry_is_computed_again(heads: Search) -> None:
    before = heads.scores()
    heads.entries[3].chmod(0o644)
    heads.entries[3].write_bytes(heads.entries[3].read_bytes()[:-1] + b"x")
    assert equal(heads.scores(), before)
    assert len(heads.computed) == 1


def test_the_intact_losses_serve_both_kinds_of_unit(heads: Search) -> None:
    heads.scores()
    heads.scores(scope=Scope("mlp", unit="neuron"))
    assert INTACT.digest not in dict(heads.computed)
    assert len(heads.computed) == 60


def test_control_items_take_off_their_effects_before_the_regression(heads: Search) -> None:
    """Against items of the other ability: one ability's head is positive, the other's negative."""
    own, other = items_of("a", 6), items_of("b", 6)
    both = Examples(own.items, own.examples, "uninformative", other.examples)
    found = heads.scores({"a": both})["a"]
    assert float(found["model.layers.0.self_attn.o_proj.weight"][1]) > 0.1
    assert float(found["model.layers.1.self_attn.o_proj.weight"][2]) < -0.1
    same = Examples(own.items, own.examples, "uninformative", own.examples)
    with pytest.raises(InputError, match=r"a\.jsonl, with `importance\.score: knock_out`") as told:
        heads.scores({"a": same})
    assert "Raise `importance.knock_outs.groups`" in str(told.value)


def test_another_seed_is_another_search_and_the_same_one_is_not(heads: Search) -> None:
    first = heads.scores()
    assert not equal(first, heads.scores(groups=Groups(60, 0.25, seed=2)))
    shutil.rmtree(heads.folder / "store/knock_outs")
    assert equal(first, heads.scores())


@pytest.mark.parametrize(("token", "ability"), [(A, "a"), (B, "b")])
def test_a_loss_that_is_no_number_names_its_item(heads: Search, token: int, ability: str) -> None:
    """And no other that shares its pass."""

    def overflowing(weights: Any, group: Mask, reading: Reading) -> Any:
        with torch.no_grad():
            embedding = reading.scorer.model.get_input_embeddings().weight
            embedding[token] = torch.inf if group.size else 0
        return losses_without(weights, group, reading)

    heads.monkeypatch.setattr(module, "losses_without", overflowing)
    with pytest.raises(
        InputError, match=rf"with 2 heads at zero: .*\({ability}, item {ability}\d\)"
    ):
        heads.scores()
