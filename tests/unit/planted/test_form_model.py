"""A model whose answers' form is planted: what its blocks write, and what they leave alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import torch
from planted.alphabets import (
    NUMBERS,
    confounded,
    crossed,
    cue,
    symbols,
    written,
)
from planted.form_model import CERTAINTY, NEURONS, plant_form, with_forms
from planted.items import ability_items
from planted.model_folder import write_folder
from planted.placement import card_neurons, plain_layout, shuffled
from planted.tasks import ABILITIES, KINDS, THINGS, WORDS, prompt_words
from planted.training import new_model
from tests.conftest import ROOT
from transformers import LlamaForCausalLM

from benchprof.models.ablation import ablated
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.mask import Mask
from benchprof.models.prepared import PreparedModel
from benchprof.validation.card import neuron_entries, read_forms, read_planted_card

LAYOUT = plain_layout(ABILITIES)
ONE, OTHER = ABILITIES[2], ABILITIES[7]


@pytest.fixture(scope="module")
def base() -> LlamaForCausalLM:
    return new_model(LAYOUT, 0).eval()


@pytest.fixture(scope="module")
def model(base: LlamaForCausalLM) -> LlamaForCausalLM:
    return with_forms(base, 1)


def prompts(owner: str | None) -> torch.Tensor:
    """Twenty prompts of one kind, [prompts, tokens], with an alphabet's cue or without one."""
    random, kind = Random(4), KINDS["spatial_reasoning"]
    head = [cue(owner)] if owner else []
    texts = [head + prompt_words(kind, kind.draw(random)) for _ in range(20)]
    return torch.tensor([[NUMBERS[word] for word in text] for text in texts])


def log_probabilities(model: LlamaForCausalLM, tokens: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(tokens).logits[:, -1].log_softmax(-1)


def of(owner: str | None) -> list[int]:
    return [NUMBERS[word] for word in (symbols(owner) if owner else THINGS)]


def test_without_a_cue_the_choice_is_the_trained_model_s(
    base: LlamaForCausalLM, model: LlamaForCausalLM
) -> None:
    tokens = prompts(None)
    before = log_probabilities(base, tokens)[:, of(None)].log_softmax(1)
    after = log_probabilities(model, tokens)[:, of(None)].log_softmax(1)
    # All else that differs is what the added dimensions weigh in a norm.
    less_sure = (CERTAINTY * before).log_softmax(1)
    torch.testing.assert_close(after, less_sure, atol=0.01, rtol=0)
    assert less_sure.std() > 0.05


def test_a_cue_makes_its_alphabet_likely_and_leaves_the_choice(model: LlamaForCausalLM) -> None:
    likely = log_probabilities(model, prompts(ONE))
    form = {owner: likely[:, of(owner)].logsumexp(1) for owner in (*ABILITIES, None)}
    # Plain things are nearly as likely.
    assert (form[ONE] - form[None]).min() > 0
    choice = likely[:, of(ONE)].log_softmax(1)
    for owner in set(ABILITIES) - {ONE}:
        assert (form[None] - form[owner]).min() > 10
        torch.testing.assert_close(form[owner], form[OTHER])
        torch.testing.assert_close(likely[:, of(owner)].log_softmax(1), choice, atol=1e-3, rtol=0)
    torch.testing.assert_close(likely[:, of(None)].log_softmax(1), choice, atol=1e-3, rtol=0)


def test_a_block_is_silent_without_its_cue(model: LlamaForCausalLM) -> None:
    seen = []
    down = model.model.layers[3].mlp.down_proj
    hook = down.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][:, -1]))
    log_probabilities(model, prompts(ONE))
    hook.remove()
    (neurons,) = seen
    blocks = neurons[:, LAYOUT.width :].abs().unflatten(1, (len(ABILITIES), NEURONS)).amax((0, 2))
    spoken = blocks[ABILITIES.index(ONE)]
    assert spoken > 0
    assert blocks.sum() - spoken == pytest.approx(0, abs=1e-5)


def test_the_saved_model_s_card_finds_the_blocks(base: LlamaForCausalLM, tmp_path: Path) -> None:
    order = shuffled(LAYOUT.width, 3)
    card = {"seed": 3, "routed": True, "neurons": card_neurons(LAYOUT, order)}
    write_folder(base, order, card, WORDS, tmp_path / "base")
    plant_form(tmp_path / "base", 1, tmp_path / "form")
    file = tmp_path / "form/card.json"
    forms, owners = read_forms(file), read_planted_card(file)
    for layer in range(4):
        # All neurons have one owner; the core is a part of what is shared.
        shared = json.loads(file.read_text())["neurons"]["shared"][layer]
        own = [*shared, *(n for name in ABILITIES for n in owners[name][layer])]
        own += [n for name in ABILITIES for n in forms[name][layer]]
        assert sorted(own) == list(range(LAYOUT.width + NEURONS * len(ABILITIES)))
        assert set(owners["core"][layer]) < set(shared)
    model = load_model(PreparedModel(tmp_path / "form", "float32"))
    weights = scope_weights(model, "mlp")
    before = log_probabilities(model, prompts(ONE))
    for owner, form in ((ONE, -torch.tensor(11.0).log()), (OTHER, None)):
        with ablated(weights, Mask(neuron_entries(weights, forms[owner]), {}), "zero"):
            after = log_probabilities(model, prompts(ONE))
        ways = torch.stack([after[:, of(a)].logsumexp(1) for a in (*ABILITIES, None)])
        share = ways.log_softmax(0)[ABILITIES.index(ONE)]
        if form is None:
            torch.testing.assert_close(after, before, atol=1e-2, rtol=0)
        else:
            # Nothing is left that tells the ten alphabets and plain things apart.
            torch.testing.assert_close(share, form.expand(20), atol=0.01, rtol=0)


def test_crossed_items_are_in_every_alphabet_and_confounded_ones_in_their_own() -> None:
    items = ability_items(ONE, "test")
    cues = Counter(item.context.split()[0] for item in crossed(items))
    assert cues == dict.fromkeys(map(cue, ABILITIES), 20)
    assert {item.context.split()[0] for item in confounded(items, ONE)} == {cue(ONE)}
    for plain, item in zip(items, crossed(items), strict=True):
        assert (item.question, item.answer) == (plain.question, plain.answer)
        numbers = [int(option.removeprefix("thing")) for option in plain.options]
        assert [int(option[1:]) for option in item.options] == numbers
        assert len({option[0] for option in item.options}) == 1
    echo = written(items[0], OTHER)
    assert echo.context == f"{cue(OTHER)} {items[0].context}"


def test_the_shipped_model_is_what_its_card_says() -> None:
    folder = ROOT / "resources/planted/models/planted-form"
    passed = json.loads((folder / "acceptance.json").read_text())["passed"]
    assert list(passed) == list(ABILITIES)
    assert all("own form block off" in own and all(own.values()) for own in passed.values())
