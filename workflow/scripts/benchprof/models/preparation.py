"""Preparing a model once: a folder of safetensors with a card that identifies it."""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import nn
from transformers import AutoConfig

from benchprof import digests
from benchprof.errors import InputError
from benchprof.files import link_or_copy, write_json
from benchprof.models.anatomy import anatomy_of, parameter_count, scope_weights
from benchprof.models.checkpoint import check_configuration
from benchprof.models.conversion import convert_gguf
from benchprof.models.fetching import fetch_gguf
from benchprof.models.folder import CARD, check_model_folder, model_files
from benchprof.models.hub import hub_folder
from benchprof.models.loading import try_weights
from benchprof.models.placement import empty_model
from benchprof.models.source import CONVERSION, FLOAT32, is_converted, precision_of
from benchprof.store import Store

logger = logging.getLogger(__name__)
LOOPED = ("dory", "hrm_text", "inkling2_loop_text")
"""Model types whose layers run several times for each token."""


@dataclass(frozen=True)
class Card:
    """What identifies a prepared model.

    Attributes:
        digest: SHA-256 over the names and contents of the files; the model's identity.
        source: as configured.
        files: digest of each file.
        stamps: size in bytes and modification time in nanoseconds of each file.
        parameters: |θ|, tied parameters counted once.
        scope: number of weights in each scope that the model has.
        anatomy: what its decoder layers hold, in one line.
    """

    digest: str
    source: dict[str, Any]
    files: dict[str, str]
    stamps: dict[str, list[int]]
    parameters: int
    scope: dict[str, int]
    anatomy: str = ""


def prepare_model(
    source: Mapping[str, Any], target: Path, store: Store, dtype: str = FLOAT32
) -> Card:
    """Put a model's folder at `target`: configuration, tokenizer, safetensors and its card.

    A GGUF is converted once and kept in the store. Local and Hub folders are linked to, not
    copied: 16 GB of an 8B model stay where they are.

    Args:
        source: as configured.
        target: the folder; one that is there is replaced.
        store: of converted models.
        dtype: what the weights are used in. A GGUF is converted for it: the same one used in
            bfloat16 and in float32 is two models of two digests. Others are as they are.

    Raises:
        InputError: the source does not exist, cannot be fetched, holds no safetensors, is
            quantized, lacks weights of its architecture or has others, has weights whose modules
            do not say what they are for, or runs its layers several times.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        folder = Path(name) / "model"
        folder.mkdir()
        _bring(source, dtype, store, folder)
        files = {path.name: digests.of_file(path) for path in sorted(folder.iterdir())}
        _check_blobs(folder, files)
        architecture = architecture_of(folder)
        _check_loops(architecture.config)
        anatomy = anatomy_of(architecture)
        logger.info("%s", anatomy)
        try_weights(folder)
        stamps = {name: _stamp(folder / name) for name in files}
        card = Card(
            digests.of_value(files),
            dict(source),
            files,
            stamps,
            parameter_count(architecture),
            anatomy.sizes,
            str(anatomy),
        )
        write_json(folder / CARD, asdict(card))
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    return card


def read_card(folder: Path) -> Card:
    """The card of a prepared model, whose files are still those that it identifies.

    A local folder is referred to, so that someone may change it. A file with another size or time
    is read again; gigabytes are not read at each job.

    Raises:
        InputError: a file is missing or its content changed.
    """
    card = _load_card(folder)
    for name, stamp in card.stamps.items():
        path = folder / name
        changed = not path.is_file() or (
            _stamp(path) != stamp and digests.of_file(path) != card.files[name]
        )
        if changed:
            raise _changed(path, card)
    return card


def check_content(folder: Path) -> None:
    """Compare all files of a prepared model with its card, whatever their times say.

    For jobs that are about to load the weights: reading them takes a second a gigabyte, and
    loading them longer.

    Raises:
        InputError: a file is missing or its content changed.
    """
    card = _load_card(folder)
    for name, digest in card.files.items():
        path = folder / name
        if not path.is_file() or digests.of_file(path) != digest:
            raise _changed(path, card)


def scope_size(folder: Path, scope: str, layers: Sequence[int] | None) -> int:
    """|T|: the number of weights of a prepared model in a scope, in all or some layers.

    Raises:
        InputError: as `scope_weights` raises it.
    """
    weights = scope_weights(architecture_of(folder), scope, layers)
    return sum(weight.numel() for weight in weights.values())


def _load_card(folder: Path) -> Card:
    """The card, whose digest is that of the files it lists."""
    path, remedy = folder / CARD, f"Delete {folder} and run again."
    try:
        card = Card(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(path, f"cannot be read ({error})", "a model's card", remedy) from None
    if digests.of_value(card.files) != card.digest:
        raise InputError(path, "its digest differs from its content", "an intact card", remedy)
    return card


def _changed(path: Path, card: Card) -> InputError:
    remedy = f"Delete {path.parent} and run again; what is there then counts as another model."
    return InputError(
        path.resolve(), "changed since it was prepared", card.files[path.name], remedy
    )


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def architecture_of(folder: Path) -> nn.Module:
    """The model of a folder without its weights: none is loaded.

    Raises:
        InputError: transformers does not know the folder's configuration.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        found = " ".join(str(error).split())[:300]
        expected = "a configuration of a model that transformers itself knows"
        remedy = "No code from a model's folder is ever run."
        raise InputError(folder / "config.json", found, expected, remedy) from None
    return empty_model(config)


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


def converted_key(source: Mapping[str, Any], precision: str) -> str:
    """The key in the store of a model that is converted from its source.

    A GGUF with a digest is the same one wherever it is fetched from.

    Args:
        source: as configured.
        precision: in which the weights are written.
    """
    known = "gguf_sha256" in source
    origin = {"gguf": source["gguf_sha256"]} if known else {"source": dict(source)}
    rounded = {} if precision == FLOAT32 else {"precision": precision}
    return digests.of_value({**origin, **rounded, "code": digests.of_modules(CONVERSION)})


def _converted(source: Mapping[str, Any], precision: str, store: Store) -> Path:
    def fill(target: Path) -> None:
        with tempfile.TemporaryDirectory(dir=target.parent) as name:
            gguf = Path(name) / "model.gguf"
            fetch_gguf(source, gguf)
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
