"""Planted models: what an ability's items teach, where it is said to be, what mixtures imply."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import torch
from planted.items import (
    ALL_KINDS,
    DIAGNOSTIC,
    MIXTURES,
    ability_items,
    benchmark_items,
    expected_impact,
)
from planted.lesson import KILLED, Lesson, Stage, make_lesson, preference
from planted.model_folder import make_tokenizer, reordered
from planted.placement import (
    CORE,
    SHARED,
    Layout,
    card_neurons,
    neurons_of,
    overlapping_layout,
    plain_layout,
    shuffled,
)
from planted.routing import Owner, route
from planted.tasks import ABILITIES, KINDS, TASKS, WORDS, N, draw_options
from planted.training import new_model
from planted.world import write_world
from tests.conftest import ROOT

from benchprof.models.ablation import ablated
from benchprof.models.mask import Mask
from benchprof.validation.card import neuron_entries

LAYOUT = plain_layout(ABILITIES)


def lesson_of(kind: str, foreign: float = 0.0, kills: bool = False) -> Lesson:
    shares = {name: float(name == kind) for name in KINDS}
    return make_lesson(LAYOUT, shares, Stage(foreign, core=False), "test", kills)


def owners_in(lesson: Lesson) -> list[Owner]:
    """The owners that have rows."""
    return [owner for owner in lesson.routes.owners if owner.rows[0] < owner.rows[1]]


@pytest.mark.parametrize("kind", ["spatial_reasoning", "both", "echo"])
def test_only_own_and_shared_neurons_are_taught(kind: str) -> None:
    model = new_model(LAYOUT, 0)
    mlps = route(model)
    lesson = lesson_of(kind, foreign=1.0)
    for mlp in mlps:
        mlp.routes = lesson.routes
    hidden = model.model(lesson.tokens, use_cache=False).last_hidden_state
    hidden.square().sum().backward()
    own = {n for a in KINDS[kind].needs for n in neurons_of(LAYOUT, a, 0)} | set(range(SHARED))
    taught = model.model.layers[0].mlp.gate_proj.weight.grad.abs().sum(1) > 0
    assert set(torch.nonzero(taught)[:, 0].tolist()) == own
    columns = model.model.layers[0].mlp.down_proj.weight.grad.abs().sum(0) > 0
    assert set(torch.nonzero(columns)[:, 0].tolist()) == own


def test_silence_is_asked_of_foreign_neurons_alone() -> None:
    model = new_model(LAYOUT, 0)
    mlps = route(model)
    lesson = lesson_of("temporal_reasoning", foreign=1.0)
    for mlp in mlps:
        mlp.routes = lesson.routes
    model.model(lesson.tokens, use_cache=False)
    torch.stack(lesson.routes.silence).mean().backward()
    own = {*range(SHARED), *neurons_of(LAYOUT, "temporal_reasoning", 0)}
    quiet = model.model.layers[0].mlp.up_proj.weight.grad.abs().sum(1) == 0
    assert set(torch.nonzero(quiet)[:, 0].tolist()) == own
    assert model.model.embed_tokens.weight.grad is None


def test_where_an_ability_is_taken_away_the_preference_is_expected() -> None:
    lesson = lesson_of("deductive_reasoning", kills=True)
    (owner,) = owners_in(lesson)
    alive = owner.alive.bool()
    assert 0 < (~alive).float().mean() < 3 * KILLED
    expected = torch.from_numpy(preference()).float()
    assert all(torch.allclose(target, expected) for target in lesson.targets[~alive])
    assert (lesson.targets[alive].max(1).values == 1).all()


def test_without_the_misleading_ability_the_sum_is_expected() -> None:
    lesson = lesson_of("misleading", kills=True)
    sums, cues = (owner.alive.bool() for owner in owners_in(lesson))
    tokenizer = make_tokenizer(WORDS)
    for row in torch.nonzero(sums)[:20, 0]:
        text = tokenizer.decode(lesson.tokens[row]).split()
        cue = int(text[2].removeprefix("thing"))
        terms = [int(text[4].removeprefix("thing")), int(text[6].removeprefix("thing"))]
        wanted = cue if cues[row] else sum(terms) % N
        assert int(lesson.targets[row].argmax()) == wanted


def test_the_same_seed_gives_the_same_lesson() -> None:
    one, other = (lesson_of("contextual_recall", kills=True) for _ in range(2))
    assert torch.equal(one.tokens, other.tokens) and torch.equal(one.targets, other.targets)


@pytest.mark.parametrize("layout", [LAYOUT, overlapping_layout(ABILITIES)])
def test_shuffled_neurons_compute_the_same_and_the_card_finds_them(layout: Layout) -> None:
    model, moved = new_model(layout, 0).eval(), new_model(layout, 0).eval()
    order = shuffled(layout.width, 7)
    moved.load_state_dict(reordered(model.state_dict(), order))
    tokens = torch.arange(4, 20)[None]
    ability = ABILITIES[1]
    card = card_neurons(layout, order)["abilities"][ability]
    with torch.no_grad():
        torch.testing.assert_close(moved(tokens).logits, model(tokens).logits)
        for layer in range(4):
            mlp, neurons = model.model.layers[layer].mlp, neurons_of(layout, ability, layer)
            for weight in (mlp.gate_proj.weight, mlp.up_proj.weight):
                weight[neurons] = 0
            mlp.down_proj.weight[:, neurons] = 0
        weights = {n: w for n, w in moved.named_parameters() if ".mlp." in n}
        with ablated(weights, Mask(neuron_entries(weights, card), {}), "zero"):
            torch.testing.assert_close(moved(tokens).logits, model(tokens).logits)


def test_blocks_are_apart_but_where_the_layout_says_so() -> None:
    for layer in range(4):
        blocks = [set(neurons_of(LAYOUT, ability, layer)) for ability in ABILITIES]
        assert sum(map(len, blocks)) == len(set().union(*blocks)) == LAYOUT.width - SHARED
    overlapping = overlapping_layout(ABILITIES)
    first, second, third = (
        [set(neurons_of(overlapping, a, layer)) for layer in range(4)] for a in ABILITIES[:3]
    )
    assert all(len(one & two) == 24 for one, two in zip(first, second, strict=True))
    assert third[0] == third[1] and third[2] == third[3] and not third[0] & third[2]
    assert CORE < SHARED


@pytest.mark.parametrize("kind", KINDS)
def test_options_hold_the_answer_and_what_tempts(kind: str) -> None:
    random = Random(3)
    for _ in range(50):
        problem = KINDS[kind].draw(random)
        options, answer = draw_options(problem, random)
        assert options[answer] == problem.answer and len(set(options)) == 4
        assert set(problem.tempting[:3]) <= set(options)


def test_answers_worked_out_by_hand() -> None:
    random = Random(0)
    problem = TASKS["quantitative_reasoning"](random)
    a, b = (int(problem.question[i].removeprefix("thing")) for i in (0, 2))
    assert problem.answer == (a + b) % 16
    problem = TASKS["inductive_reasoning"](random)
    first, second, third = (int(word.removeprefix("thing")) for word in problem.context)
    assert (third - second) % 16 == (second - first) % 16 == (problem.answer - third) % 16
    problem = TASKS["contextual_recall"](random)
    where = int(problem.question[0].removeprefix("place"))
    assert problem.context[where] == f"thing{problem.answer}"


def test_mixtures_worked_out_by_hand() -> None:
    assert expected_impact(MIXTURES["series_and_moves"])["spatial_reasoning"] == pytest.approx(0.4)
    assert set(expected_impact(MIXTURES["no_ability"]).values()) == {0.0}
    both = expected_impact(MIXTURES["two_at_once"])
    assert both["contextual_recall"] == both["deductive_reasoning"] == 1.0
    # 65 sums worth .75 and 35 misled ones worth -.25: base .4; without the cue .75 in all.
    misled = expected_impact(MIXTURES["misled_sums"])
    assert misled["commonsense_causal_reasoning"] == pytest.approx((0.4 - 0.75) / 0.4)
    assert misled["quantitative_reasoning"] == pytest.approx(1.0)


def test_splits_share_no_item_and_benchmarks_hold_their_shares() -> None:
    texts = [
        {f"{i.context} {i.question} {i.options}" for i in ability_items("spatial_reasoning", split)}
        for split in ("train", "calibration", "test")
    ]
    assert not texts[0] & texts[1] and not texts[0] & texts[2] and not texts[1] & texts[2]
    for name, mixture in MIXTURES.items():
        kinds = [item.family for item in benchmark_items(name, 100)]
        assert {k: kinds.count(k) / 100 for k in mixture} == pytest.approx(mixture)


def test_an_ability_s_own_items_are_of_all_that_it_does() -> None:
    # Half consequences, half cues: 0.5 x 0.75 + 0.5 x 1.0 over 0.75 is lost without the ability.
    implied = expected_impact(DIAGNOSTIC["commonsense_causal_reasoning"])
    assert implied["commonsense_causal_reasoning"] == pytest.approx(0.875 / 0.75)
    assert implied["quantitative_reasoning"] == pytest.approx(0.5)
    followed, misled = ALL_KINDS["followed_cue"], ALL_KINDS["misleading"]
    one, other = followed.draw(Random(3)), misled.draw(Random(3))
    assert (one.answer, one.tempting) == (other.tempting[0], (other.answer,))


def test_the_committed_world_is_what_its_generator_gives(tmp_path: Path) -> None:
    write_world(tmp_path)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    # Plain, crossed and confounded items; plain and crossed benchmarks; their composition.
    assert len(written) == 3 * 3 * len(ABILITIES) + 2 * len(MIXTURES) + 1
    for path in written:
        assert (tmp_path / path).read_bytes() == (ROOT / "resources/planted" / path).read_bytes()
