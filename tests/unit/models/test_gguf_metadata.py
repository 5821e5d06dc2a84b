"""Nothing that a GGUF says of its model is lost: it is taken over, or the file is refused."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from gguf import GGUFReader
from tests.conftest import byte_tokenizer
from tests.unit.models.gguf_file import WIDTH, write_gguf
from transformers import LlamaConfig, PreTrainedTokenizerFast
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from benchprof.errors import InputError
from benchprof.models import conversion
from benchprof.models.conversion import convert_gguf
from benchprof.models.gguf_metadata import complete_configuration
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.prepared import PreparedModel

HEAD = WIDTH // 2
SCALING = "llama.rope.scaling.type"
GEMMA = {
    "full_attention": {"rope_type": "default", "rope_theta": 1e6},
    "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
}


@pytest.fixture
def tokenizer(monkeypatch: pytest.MonkeyPatch) -> PreTrainedTokenizerFast:
    """That of the files of these tests, which have none; it has 259 tokens."""
    own = byte_tokenizer(chat=False)
    monkeypatch.setattr(conversion.AutoTokenizer, "from_pretrained", lambda *_, **__: own)
    return own


def converted(tmp_path: Path, **said: Any) -> Path:
    write_gguf(tmp_path / "model.gguf", **said)
    target = tmp_path / "converted"
    target.mkdir()
    convert_gguf(tmp_path / "model.gguf", "float32", target)
    return target


def complete(tmp_path: Path, config: Any, **said: Any) -> None:
    """Complete the configuration of a file that says this."""
    file = tmp_path / "model.gguf"
    write_gguf(file, **said)
    complete_configuration(file, GGUFReader(file), config)


def config_of(**changes: Any) -> Any:
    rotary = {"rope_type": "default", "rope_theta": 10000.0}
    own = {"model_type": "llama", "head_dim": HEAD, "hidden_size": WIDTH, "num_attention_heads": 2}
    return SimpleNamespace(**{"rope_parameters": rotary, **own, **changes})


@pytest.mark.usefixtures("tokenizer")
@pytest.mark.parametrize("factor", [8.0, 32.0])
def test_the_positions_of_llama_3_are_taken_over(tmp_path: Path, factor: float) -> None:
    """The file has by what each frequency is divided: here, by transformers' own formula."""
    rotary = {
        "rope_type": "llama3", "rope_theta": 500000.0, "factor": factor, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
    }  # fmt: skip
    config = LlamaConfig(hidden_size=WIDTH, num_attention_heads=2, rope_parameters=rotary)
    wanted = LlamaRotaryEmbedding(config).inv_freq
    plain = 500000.0 ** -(torch.arange(0, HEAD, 2) / HEAD)
    # The fastest stays, the slowest is divided by all of the factor, and one is between them.
    fastest, _, between, slowest = (plain / wanted).round(decimals=3).tolist()
    assert 1 == fastest < between < slowest == factor
    target = converted(
        tmp_path,
        fields={"llama.rope.freq_base": 500000.0, "llama.rope.dimension_count": HEAD},
        more={"rope_freqs.weight": (plain / wanted).tolist()},
    )
    found = load_model(PreparedModel(target, "float32")).model.rotary_emb.inv_freq
    assert torch.allclose(found, wanted, rtol=1e-6)
    # With a second scaling it is neither of the two.
    said = {"llama.rope.freq_base": 500000.0, "llama.rope.scaling.factor": 2.0}
    factors = {"rope_freqs.weight": (plain / wanted).tolist()}
    with pytest.raises(InputError, match=r"rope_freqs\.weight"):
        complete(tmp_path, config_of(), fields=said, more=factors)


@pytest.mark.parametrize(
    ("config", "said", "lost"),
    [
        ({}, {"fields": {SCALING: "yarn"}}, "rope.scaling.type yarn, by 1"),
        ({}, {"more": {"rope_freqs.weight": [1.0, 2.0, 3.0, 5.0]}}, "rope_freqs.weight"),
        ({}, {"more": {"rope_freqs.weight": [1.0, 2.0]}}, "rope_freqs.weight"),
        ({}, {"more": {"rope_factors_long.weight": [1.0, 2.0]}}, "rope_factors_long.weight"),
        (
            {"rope_parameters": {"full_attention": {"rope_type": "proportional"}}},
            {"more": {"rope_freqs.weight": [1.0, 2.0, 1e30, 1e30]}},
            "rope_freqs.weight",
        ),
        ({}, {"fields": {"llama.rope.dimension_count": 6}}, "rope.dimension_count 6 of 8"),
        (
            {"sliding_window": 5},
            {"fields": {"llama.attention.sliding_window": 7}},
            "attention.sliding_window 7",
        ),
        ({"query_pre_attn_scalar": 256}, {}, "the scale of attention, with heads of 8"),
        (
            {"rope_parameters": {"full_attention": {"rope_theta": 1e4}, "sliding_attention": None}},
            {"fields": {"llama.rope.freq_base": 500000.0}},
            "rope.freq_base 500000",
        ),
        (
            {"rope_parameters": GEMMA},
            {"fields": {"llama.rope.freq_base_swa": 50000.0}},
            "rope.freq_base_swa 50000",
        ),
    ],
)
def test_a_file_of_which_something_would_be_lost_is_refused(
    tmp_path: Path, config: dict[str, Any], said: dict[str, Any], lost: str
) -> None:
    words = f"transformers does not read all that it says of the model: {re.escape(lost)}; expected"
    with pytest.raises(InputError, match=words):
        complete(tmp_path, config_of(**config), **said)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, {}),
        (
            {},
            {
                "fields": {SCALING: "none"},
                "more": {"rope_freqs.weight": [1.0] * 4},
            },
        ),
        ({}, {"fields": {SCALING: "linear", "llama.rope.scaling.factor": 1.0}}),
        ({"rope_parameters": None}, {"fields": {"llama.rope.freq_base": 7.0}}),
        # Of Gemma 4, a part of whose rotations is none at all.
        (
            {"rope_parameters": {"full_attention": {"rope_type": "proportional"}}},
            {"more": {"rope_freqs.weight": [1.0, 1.0, 1e30, 1e30]}},
        ),
        # As of a state space, which has no heads.
        ({"rope_parameters": None, "head_dim": None, "num_attention_heads": None}, {}),
        # A window as long as the context, or the configuration's own.
        ({}, {"fields": {"llama.attention.sliding_window": 64}}),
        ({"sliding_window": 7}, {"fields": {"llama.attention.sliding_window": 7}}),
        ({"query_pre_attn_scalar": HEAD}, {}),
        # The library has read the scaling.
        (
            {"rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0}},
            {"fields": {SCALING: "yarn"}},
        ),
        (
            {"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.75}},
            {"fields": {"llama.rope.dimension_count": 6}},
        ),
    ],
)
def test_a_file_of_which_nothing_would_be_lost_is_taken(
    tmp_path: Path, config: dict[str, Any], said: dict[str, Any]
) -> None:
    own = config_of(**config)
    before = dict(vars(own))
    complete(tmp_path, own, **said)
    assert vars(own) == before


@pytest.mark.parametrize(
    "said",
    [
        {SCALING: "linear", "llama.rope.scaling.factor": 4.0},
        {"llama.rope.scaling.factor": 4.0},
        {"llama.rope.scale_linear": 4.0},
    ],
)
def test_positions_that_are_scaled_linearly_are_taken_over(
    tmp_path: Path, said: dict[str, str | float]
) -> None:
    """Gemma 3 scales those of the layers that see the whole text, and not those of windows."""
    one, two = config_of(), config_of(rope_parameters=copy.deepcopy(GEMMA))
    for own in (one, two):
        complete(tmp_path, own, fields=said)
    scaled = {"rope_type": "linear", "factor": 4.0}
    assert one.rope_parameters == {"rope_theta": 10000.0} | scaled
    full = GEMMA["full_attention"] | scaled
    assert two.rope_parameters == {**GEMMA, "full_attention": full}


def test_the_window_of_phi_3_and_the_base_of_rotations_are_the_file_s(tmp_path: Path) -> None:
    """The library's table of some architectures lacks the base."""
    own = config_of(model_type="phi3", sliding_window=None)
    said = {"llama.attention.sliding_window": 7, "llama.rope.freq_base": 500000.0}
    complete(tmp_path, own, fields=said)
    assert own.sliding_window == 7
    assert own.rope_parameters == {"rope_type": "default", "rope_theta": 500000.0}


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ({"tokenizer.ggml.pre": "llama-bpe"}, True),
        ({"tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.add_bos_token": False}, False),
        ({"tokenizer.ggml.pre": "qwen2"}, False),
        ({}, False),
    ],
)
@pytest.mark.usefixtures("tokenizer")
def test_texts_begin_with_bos_where_llama_cpp_s_do(
    tmp_path: Path, said: dict[str, str | bool], begins: bool
) -> None:
    ids = load_tokenizer(converted(tmp_path, fields=said))("ab").input_ids
    assert (ids[0] == 1, len(ids)) == (begins, 2 + begins)


@pytest.mark.parametrize(
    ("added", "said", "ends"),
    [
        (["<|endoftext|>", "<|im_end|>", "<|im_start|>"], {}, [2, 259, 260]),
        (["<|end|>"], {}, [2, 259]),
        (["<|end|>", "<|return|>"], {}, 2),
        ([], {"tokenizer.ggml.eot_token_id": 7, "tokenizer.ggml.eom_token_id": 9}, [2, 7, 9]),
        ([], {"tokenizer.ggml.eot_token_id": 2}, 2),
        # The library adds its class's end to a vocabulary; the file does not have it.
        (["<|endoftext|>"], {"tokenizer.ggml.tokens": ["a", "b"]}, 2),
    ],
)
@pytest.mark.parametrize("special", [True, False])
def test_a_text_ends_at_every_token_that_the_vocabulary_has_for_it(
    tokenizer: PreTrainedTokenizerFast,
    tmp_path: Path,
    added: list[str],
    special: bool,
    said: dict[str, int | list[str]],
    ends: int | list[int],
) -> None:
    """A Llama's configuration names token 2 alone."""
    tokenizer.add_tokens(added, special_tokens=special)
    target = converted(tmp_path, fields=said)
    written = json.loads((target / "generation_config.json").read_text())["eos_token_id"]
    assert written == ends
    assert load_model(PreparedModel(target, "float32")).generation_config.eos_token_id == ends
    # None of them stays in an answer.
    own = load_tokenizer(target)
    last = ends if isinstance(ends, list) else [ends]
    assert own.decode([*own("4").input_ids, *last], skip_special_tokens=True) == "4"
