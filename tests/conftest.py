"""What several folders of tests share: tiny models, an offline tokenizer, what is made once."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from benchprof.threads import use_threads
from tests.model_types import CORE, SMALL, STD, tiny_configuration

# More make models of this size slower, many times so beside other tests.
use_threads(1)
ROOT = Path(__file__).parents[1]
CONFIGURATIONS = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "config.yaml", *sorted((ROOT / "config").glob("*.yaml")))
]
"""The files of every shipped configuration."""
# A busy machine takes its time, and time is not what these tests are about.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
CHAT = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def json_values(keys: Sequence[str]) -> st.SearchStrategy[Any]:
    """Any JSON value; some objects in it have keys of these names."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(keys), inner),
        max_leaves=8,
    )


FAMILIES: dict[str, Callable[[], PretrainedConfig]] = {
    family: functools.partial(tiny_configuration, family, SMALL) for family in CORE
}
"""A tiny configuration of each design."""


def tiny_model(
    family: str, seed: int = 0, config: PretrainedConfig | None = None
) -> PreTrainedModel:
    """A randomly initialised model of a family with weights large enough to matter."""
    torch.manual_seed(seed)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(
        config or tiny_configuration(family, SMALL)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=STD.get(family, 0.3))
    return model.eval()


def terse_model() -> PreTrainedModel:
    """A random model with room for long texts, most of whose letters end an answer.

    Random text would go on for as long as it may.
    """
    config = tiny_configuration("llama", SMALL | {"max_position_embeddings": 2048})
    model = tiny_model("llama", config=config)
    model.generation_config.eos_token_id = list(range(2, 200))
    return model


def byte_tokenizer(chat: bool) -> PreTrainedTokenizerFast:
    """A tokenizer whose tokens are bytes, with three special tokens, made without a network."""
    specials = ["<pad>", "<s>", "</s>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([*specials, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    if chat:
        fast.chat_template = CHAT
    return fast


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Make a folder once for all of xdist's workers and return it. Tests must not change it.

    Args:
        factory: pytest's.
        name: of the folder, which no other has.
        make: makes the folder.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (done := Path(f"{folder}.done")).exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may use; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A folder with a tiny Llama and its tokenizer, as a user would have one."""
    folder = tmp_path / "tiny"
    tiny_model("llama").save_pretrained(folder)
    byte_tokenizer(chat=True).save_pretrained(folder)
    return folder
