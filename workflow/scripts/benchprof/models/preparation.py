"""Preparing a model once: a folder of safetensors with a card that identifies it."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.errors import InputError
from benchprof.files import link_or_copy, write_json
from benchprof.models.anatomy import anatomy_of, parameter_count
from benchprof.models.architecture import architecture_of
from benchprof.models.card import Card, stamp_of
from benchprof.models.causality import not_causal
from benchprof.models.checkpoint import check_configuration
from benchprof.models.conversion import convert_gguf
from benchprof.models.fetching import fetch_gguf, gguf_name
from benchprof.models.folder import CARD, check_model_folder, model_files
from benchprof.models.hub import hub_folder, newest_commit
from benchprof.models.loading import try_generation_settings, try_tokenizer, try_weights
from benchprof.models.source import FLOAT32, converted_key, is_converted, precision_of
from benchprof.store import Store

logger = logging.getLogger(__name__)
LOOPED = ("dory", "hrm_text", "inkling2_loop_text")
"""Model types whose layers run several times for each token."""


def prepare_model(
    source: Mapping[str, Any], target: Path, store: Store, dtype: str = FLOAT32
) -> Card:
    """Put a model's folder at `target`: configuration, tokenizer, safetensors and its card.

    A GGUF is converted once and kept in the store. Local and Hub folders are linked to, not
    copied: 16 GB of an 8B model stay where they are.

    Args:
        source: as configured; a model on the Hub without a revision gets the newest one.
        target: the folder; one that is there is replaced.
        store: of converted models.
        dtype: what the weights are used in. A GGUF is converted for it: the same one used in
            bfloat16 and in float32 is two models of two digests. Others are as they are.

    Raises:
        InputError: the source does not exist, cannot be fetched, holds no safetensors, is
            quantized, lacks weights of its architecture or has others, has weights whose modules
            do not say what they are for, runs its layers several times, or has attention to later
            tokens; a file of it is damaged, or its tokenizer does not go with it.
    """
    source = _pinned(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        folder = Path(name) / "model"
        folder.mkdir()
        with _named(folder, _name_of(source)):
            card = _made(source, dtype, store, folder)
        write_json(folder / CARD, asdict(card))
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    return card


def _pinned(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """The source with a commit, which the card keeps: the newest one where none is configured."""
    if set(source) != {"hub"}:
        return source
    revision = newest_commit(source["hub"])
    logger.info(
        "%s: this run uses commit %s, the newest on the Hub or, without it, in its cache",
        source["hub"],
        revision,
    )
    return {**source, "revision": revision}


def _made(source: Mapping[str, Any], dtype: str, store: Store, folder: Path) -> Card:
    """Fill an empty folder with a model that can be used, and describe it."""
    _bring(source, dtype, store, folder)
    files = {path.name: digests.of_file(path) for path in sorted(folder.iterdir())}
    _check_blobs(folder, files)
    architecture = architecture_of(folder)
    _check_loops(architecture.config)
    _check_direction(folder, architecture.config)
    anatomy = anatomy_of(architecture)
    logger.info("%s", anatomy)
    try_generation_settings(folder)
    try_weights(folder)
    try_tokenizer(folder, architecture)
    stamps = {name: stamp_of(folder / name) for name in files}
    return Card(
        digest=digests.of_value(files),
        source=dict(source),
        files=files,
        stamps=stamps,
        parameters=parameter_count(architecture),
        scope=anatomy.sizes,
        anatomy=str(anatomy),
    )


@contextmanager
def _named(path: Path, name: str) -> Iterator[None]:
    """Let errors name what a person knows instead of a path that is gone when they are read."""
    try:
        yield
    except InputError as error:
        raise type(error)(*(str(part).replace(str(path), name) for part in error.args)) from None


def _name_of(source: Mapping[str, Any]) -> str:
    """What a person knows a source by."""
    if is_converted(source):
        return f"the GGUF of {gguf_name(source)}"
    return str(source["folder"]) if "folder" in source else f"{source['hub']}@{source['revision']}"


def _bring(source: Mapping[str, Any], dtype: str, store: Store, folder: Path) -> None:
    """Put a model's files into an empty folder: converted, or referred to where they are."""
    if is_converted(source):
        _link_all(_converted(source, precision_of(dtype), store), folder)
    elif "hub" in source:
        _refer_to(hub_folder(source["hub"], source["revision"]), folder)
    else:
        check_model_folder(Path(source["folder"]))
        check_configuration(Path(source["folder"]), source["folder"])
        _refer_to(Path(source["folder"]), folder)


def _check_loops(config: Any) -> None:
    if config.model_type in LOOPED:
        raise InputError(
            f"model type {config.model_type!r}",
            "its layers run several times for each token",
            "a decoder whose layers each run once",
            "The importance and the means of its units would mix what they do in each run.",
        )


def _check_direction(folder: Path, config: Any) -> None:
    """Stop if the configuration lets tokens see later ones; if it is silent, loading tests it."""
    text = config.get_text_config()
    asked = getattr(text, "use_bidirectional_attention", None)
    # With "vision", only the tokens of images see later ones, and no request holds an image.
    if asked not in (None, False, "vision"):
        found = f"`use_bidirectional_attention` is {asked!r}"
        raise not_causal(folder / "config.json", found)
    if getattr(text, "attn_type", None) == "bi":
        raise not_causal(folder / "config.json", "`attn_type` is 'bi'")


def _converted(source: Mapping[str, Any], precision: str, store: Store) -> Path:
    def fill(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as name:
            gguf = Path(name) / "model.gguf"
            fetch_gguf(source, gguf)
            with _named(gguf, _name_of(source)):
                convert_gguf(gguf, precision, target)

    return store.folder("models", converted_key(source, precision), fill)


def _check_blobs(folder: Path, files: Mapping[str, str]) -> None:
    """Compare what was downloaded with its name: the Hub's cache calls weights by their SHA-256."""
    for name, digest in files.items():
        blob = (folder / name).resolve()
        if re.fullmatch("[0-9a-f]{64}", blob.name) and blob.name != digest:
            remedy = "Delete it and run again to download it anew."
            raise InputError(blob, f"its SHA-256 is {digest}", "that of its name", remedy)


def _link_all(source: Path, folder: Path) -> None:
    for path in model_files(source):
        link_or_copy(path, folder / path.name)


def _refer_to(source: Path, folder: Path) -> None:
    for path in model_files(source):
        (folder / path.name).symlink_to(path.resolve())
