"""What decides a number is found by walking imports, and nothing else is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchprof import codebase

MODULES = {
    "room/job.py": "from benchprof.errors import InputError\nfrom benchprof.room import part\n"
    "from benchprof.other import entry\n",
    "room/__init__.py": "",
    "room/part.py": "def f() -> int:\n    from benchprof.deep import value\n    return value\n",
    "other.py": "entry = 1\n",
    "deep.py": "value = 2\n",
    "errors.py": "from benchprof.hidden import x\n",
    "hidden.py": "x = 3\n",
    "unrelated.py": "y = 4\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, source in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    monkeypatch.setattr(codebase, "PACKAGE", tmp_path)
    codebase._imports.cache_clear()
    return tmp_path


@pytest.mark.usefixtures("package")
def test_all_that_a_module_imports_counts_wherever_it_does() -> None:
    assert codebase.behind(["room.job"]) == {"room.job", "room", "room.part", "other", "deep"}
    assert codebase.behind(["room.job"], excluding=["room.part"]) == {"room.job", "room", "other"}
    assert codebase.behind(["room"]) == {"room", "room.job", "room.part", "other", "deep"}


@pytest.mark.parametrize(
    ("edited", "counts"),
    [("deep.py", True), ("other.py", True), ("hidden.py", False), ("unrelated.py", False)],
)
def test_an_edit_of_what_is_imported_changes_the_digest(
    package: Path, edited: str, counts: bool
) -> None:
    before = codebase.digest_of("room.job")
    with (package / edited).open("a") as file:
        file.write("# A comment never counts.\n")
    assert codebase.digest_of("room.job") == before
    with (package / edited).open("a") as file:
        file.write("more = 5\n")
    assert (codebase.digest_of("room.job") != before) == counts


def test_a_function_counts_with_what_it_imports(package: Path) -> None:
    def make() -> int:
        from benchprof.deep import value  # type: ignore[import-not-found]  # noqa: PLC0415

        return int(value)

    before = codebase.digest_of_function(make)
    (package / "deep.py").write_text("value = 6\n")
    assert codebase.digest_of_function(make) != before
    assert codebase.digest_of_function(make, "other") != codebase.digest_of_function(make)


def test_a_module_that_is_not_there_is_said() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"benchprof\.absent"):
        codebase.digest_of("absent")


def test_every_neutral_module_is_there() -> None:
    assert [name for name in codebase.NEUTRAL if not codebase._file(name).is_file()] == []


def test_the_library_imports_in_the_one_way_that_is_seen() -> None:
    """By absolute names, but for the programs of a sandbox, which their jobs name."""
    for file in codebase.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not [own for own in node.names if own.name.startswith("benchprof.")], file
            elif isinstance(node, ast.ImportFrom) and node.level:
                assert file.parent.name == "isolated", file


@pytest.mark.parametrize("name", ["importance.attribution_scores", "importance.knock_out_scores"])
def test_how_a_model_is_loaded_counts_in_what_is_kept_of_examples(name: str) -> None:
    assert {"models.loading", "models.linear"} <= codebase.behind([name])
