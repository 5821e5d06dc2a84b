"""Commands in the documents call what is there, with flags that it knows.

Nothing is run here, and what a command prints is not compared. A block that cannot be checked so
has `<!-- not run here: REASON -->` above it. tests/unit/test_documents.py checks blocks of YAML;
tests/workflow/test_library.py runs those of docs/how_to/library.md.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from snakemake.cli import get_argument_parser
from tests.conftest import ROOT

from benchprof.run.jobs.all import job_of
from benchprof.run.run import read_run

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
SCRIPTS = ROOT / "workflow/scripts"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?P<reason>^ *<!-- not run here: [^>]+ -->\n+)?^ *```(?P<language>\w+)\n"
    r"(?P<code>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
LANGUAGES = {"sh", "yaml", "json", "python", "text"}
# Of every POSIX system.
TOOLS = {"cp", "grep", "head", "mkdir"}
ARCHIVE = "results/archive.zip"
VERIFY = SCRIPTS / "benchprof/archive/verify.py"


def blocks(page: Path, language: str) -> list[str]:
    """The page's blocks of a language that are not marked, without what indents them."""
    found = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["language"] == language and not block["reason"]:
            found.append(textwrap.dedent(block["code"]))
    return found


def commands(code: str) -> Iterator[tuple[list[str], str]]:
    """Each command of a block as words, with the text that follows it as its input."""
    lines = iter(code.replace("\\\n", " ").splitlines())
    for line in lines:
        body, end = "", re.search(r"<<'(\w+)'$", line)
        if end:
            body = "\n".join(iter(lambda: next(lines), end[1]))
        words = shlex.split(line.partition(" <<'")[0], comments=True)
        while "&&" in words:
            yield words[: words.index("&&")], ""
            words = words[words.index("&&") + 1 :]
        if ">" in words:
            words = words[: words.index(">")]
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        if words:
            yield words, body


def check_options(file: Path, words: list[str]) -> None:
    """Every option is one that the file gives to a parser; those of `verify` are `verdict`'s."""
    code = (file.with_name("verdict.py") if file == VERIFY else file).read_text(encoding="utf-8")
    known = set(re.findall(r'"(--[a-z][a-z-]*)"', code))
    assert {word for word in words if word.startswith("--")} <= known, words


def check_python(words: list[str], body: str) -> None:
    """The module or the file is there and knows the options; a text compiles."""
    match words:
        case ["-"]:
            ast.parse(body)
        case ["-c", code]:
            ast.parse(code)
        case ["-m", "pytest", path, *_]:
            assert (ROOT / path).exists(), path
        case ["-m", name, *rest] if name.split(".")[0] in ("benchprof", "tests"):
            file = (SCRIPTS if name.startswith("benchprof") else ROOT) / name.replace(".", "/")
            file = file / "__main__.py" if file.is_dir() else file.with_suffix(".py")
            assert 'if __name__ == "__main__":' in file.read_text(encoding="utf-8"), name
            check_options(file, rest)
        case ["-m", name, *_]:
            assert importlib.util.find_spec(name), name
        case ["tests/cluster/one_host.py", _, *command]:
            check(command, "", "")
        case [name, *rest]:
            check_options(VERIFY if name == ARCHIVE else ROOT / name, rest)
        case _:
            raise AssertionError(words)


def check_make(words: list[str], page: str) -> None:
    """Targets and variables are in the Makefile, and flags those of the target's command."""
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    targets = [word for word in words if "=" not in word]
    assert targets, words
    assert all(f"$({name})" in MAKEFILE for name in variables), words
    if file := variables.get("CONFIG"):
        check_configuration(file, page)
    for target in targets:
        recipe = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
        assert recipe, target
        if flags := variables.get("FLAGS"):
            (line,) = [own for own in recipe[1].splitlines() if "$(FLAGS)" in own]
            check_python([*line.split("python ", 1)[1].split()[:2], *flags.split()], "")


def check_configuration(name: str, page: str) -> None:
    """The file is there, is one that the page has its reader write, or is a word in capitals."""
    assert (ROOT / name).is_file() or name.isupper() or f"`{name}`" in page, name


@functools.cache
def job_is_there(target: str, file: str) -> bool:
    """Whether a run writes a result, by the table of its jobs."""
    return bool(job_of(read_run([ROOT / file]), Path(target)))


@functools.cache
def rule_names() -> set[str]:
    """The names of all rules; those of figures are made from a list."""
    files = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(r"^ *rule (\w+):", text, re.MULTILINE))


def check_snakemake(words: list[str], page: str) -> None:
    """Snakemake knows the options, and the targets, rules and files are there."""
    given = get_argument_parser().parse_args(words)
    files = [str(file) for file in given.configfile or ()]
    for file in files:
        check_configuration(file, page)
    for profile in given.profile or ():
        assert (ROOT / profile / "config.yaml").is_file(), words
    asked = [*given.targets, *(given.until or ()), *(given.omit_from or ())]
    for target in asked:
        if target.startswith("results/"):
            assert job_is_there(target, files[0] if files else "config.yaml"), target
        else:
            assert target in rule_names(), target


def check(words: list[str], body: str, page: str) -> None:
    """The command begins with a program that is there, and gives it what it takes."""
    match words:
        case ["make", *rest]:
            check_make(rest, page)
        case [".venv/bin/snakemake" | "snakemake", *rest]:
            check_snakemake(rest, page)
        case [".venv/bin/python" | "python" | "python3", *rest]:
            check_python(rest, body)
        case [tool, *_]:
            # In capitals: what the reader puts there.
            assert tool in TOOLS or tool.isupper(), words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks(page, "sh"):
        for words, body in commands(block):
            check(words, body, text)
    for block in blocks(page, "python"):
        # A block in braces is an entry of a table of the code.
        ast.parse(f"{{{block}}}" if block.startswith('"') else block)
    for block in blocks(page, "json"):
        json.loads(block)


def test_the_examples_of_the_page_of_commands_are_there() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| `((?:[A-Z]+=\S+ )*(?:make|\.venv/bin/)[^`]*)` \|", page)
    assert len(rows) > 40
    for row in rows:
        for words, body in commands(row):
            check(words, body, page)


def test_every_block_has_a_language() -> None:
    """Otherwise it would be checked by nothing."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^ *```(\w*)", text, re.MULTILINE)
        assert set(fences[::2]) <= LANGUAGES, page
        assert len(BLOCK.findall(text)) * 2 == len(fences), page
