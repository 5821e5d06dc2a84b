"""Scores and answers of a model that accelerate spreads over two devices are those of the whole.

No GPU is at hand in the tests. The processor stands for one; for the other the disk, whose layers
are on torch's meta device until accelerate's hooks fetch them: the engine has values to compare,
and would fail where it read a weight without calling its module.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import dispatch_model
from lm_eval.api.instance import Instance

from benchprof.models.placement import layer_names, placement
from benchprof.scoring.encoder import Pair
from benchprof.scoring.scorer import TreeScorer

FAMILIES = ["gemma3_text", "gpt2", "gpt_neox", "llama", "mistral", "phi", "phi3", "qwen2", "qwen3"]


def spread(model: Any, folder: Path) -> Any:
    """The model with all that the last of two GPUs would hold on the disk."""
    places = {name: ("cpu", "disk")[gpu] for name, gpu in placement(model, 2).items()}
    return dispatch_model(model, places, main_device="cpu", offload_dir=folder)


def requests() -> list[Pair]:
    """Five questions that share 100 tokens, each with four answers."""
    torch.manual_seed(0)
    examples = torch.randint(3, 300, (100,)).tolist()
    pairs = []
    for _ in range(5):
        question = torch.randint(3, 300, (12,)).tolist()
        for _ in range(4):
            pairs.append((examples + question, torch.randint(3, 300, (3,)).tolist()))
    return pairs


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("budget", [4096, 32], ids=["one row", "trunks"])
def test_scores_are_those_of_the_whole_model(
    family: str, budget: int, make_model: Callable[..., Any], tokenizer: Any, tmp_path: Path
) -> None:
    whole = make_model(family)
    expected = TreeScorer(whole, tokenizer, token_budget=budget)
    expected = expected.score(expected.prepare_tokens(requests()))
    model = spread(copy.deepcopy(whole), tmp_path)
    held = [next(model.get_submodule(name).parameters()).device.type for name in layer_names(model)]
    assert held == sorted(held)
    assert "meta" in held
    scorer = TreeScorer(model, tokenizer, token_budget=budget)
    prepared = scorer.prepare_tokens(requests())
    assert any(group.trunk is not None for group in prepared.plan.groups) == (budget == 32)
    assert scorer.score(prepared) == expected


def test_answers_are_those_of_the_whole_model(
    make_model: Callable[..., Any], tokenizer: Any, tmp_path: Path
) -> None:
    def answers(model: Any) -> list[str]:
        settings = {"until": ["."], "max_gen_toks": 6}
        texts = ["the cat sat on the mat", "the cat sat on the dog", "a spider has"]
        asked = [
            Instance("generate_until", {}, (text, settings), n) for n, text in enumerate(texts)
        ]
        return TreeScorer(model, tokenizer, token_budget=64).generate_until(
            asked, disable_tqdm=True
        )

    whole = make_model("llama")
    assert answers(spread(copy.deepcopy(whole), tmp_path)) == answers(whole)
