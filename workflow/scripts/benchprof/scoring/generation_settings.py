"""How a task asks for written answers: its `generation_kwargs`, by lm-eval's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lm_eval.models.utils import handle_stop_sequences, normalize_gen_kwargs
from transformers import GenerationConfig

from benchprof.errors import InputError

DEFAULT_NEW_TOKENS = 256
"""What lm-eval generates at most where a task says nothing."""
LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""How tasks name the length of an answer; the first that is given counts."""
OWN_SETTINGS = ("pad_token_id", "use_cache")
"""What is decided here, whatever a task says."""
SETTINGS = {"until", *LENGTHS} | {
    name for name in vars(GenerationConfig()) if name not in OWN_SETTINGS and name[0] != "_"
}
"""What a task may set: lm-eval's own, and those of transformers."""


def check_settings(where: str, given: Mapping[str, Any], max_length: int) -> None:
    """Stop at a task's generation settings under which no answer can be written.

    Args:
        where: the request, for the message.
        given: its settings.
        max_length: the model's, in tokens.

    Raises:
        InputError: names the key: one that nothing reads, one that asks for sampling, or that of
            an answer longer than the model.
    """
    where = f"{where}, generation_kwargs"
    for name in given:
        if name not in SETTINGS:
            raise InputError(
                f"{where}.{name}", "unknown key",
                "`until`, `max_gen_toks` or a setting of transformers' generation",
                "Remove it; strings at which an answer ends are `until`.",
            )  # fmt: skip
    name = next((own for own in LENGTHS if given.get(own) is not None), LENGTHS[0])
    length = given.get(name, DEFAULT_NEW_TOKENS)
    if not str(length).isdecimal() or not 0 < int(length) < max_length:
        raise InputError(
            f"{where}.{name}", f"answers of up to {length} tokens",
            f"at least 1 and less than the model's length, {max_length}",
            "Set it so, or choose a model with a longer context.",
        )  # fmt: skip
    if normalize_gen_kwargs(dict(given))["do_sample"]:
        name = "do_sample" if given.get("do_sample") else "temperature"
        raise InputError(
            f"{where}.{name}", f"{given[name]}, which asks for sampling", "greedy decoding",
            "Set `do_sample: false`.",
        )  # fmt: skip


def normalised(given: dict[str, Any], eos: str | None) -> dict[str, Any]:
    """A task's settings as transformers takes them, and `until`, the strings that end an answer.

    Args:
        given: settings that `check_settings` lets pass.
        eos: the text of the token that ends a text; None where there is none.
    """
    settings = dict(normalize_gen_kwargs(given, DEFAULT_NEW_TOKENS))
    for name in ("do_sample", "temperature"):
        settings.pop(name, None)
    length = settings.pop("max_gen_toks")
    settings["until"] = handle_stop_sequences(settings.pop("until"), eos=eos)
    return settings | {"max_new_tokens": length}
