"""Write the page of all configuration keys from the types of `run.configuration`.

python -m benchprof.configuration.reference > docs/reference/configuration.md

Allowed values and defaults are those of the fields, sentences their docstrings.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from benchprof import markdown
from benchprof.configuration import Configuration
from benchprof.section import Section

HEADER = """\
# Configuration

Every key of the configuration, with its allowed values, default and meaning.

`make run` reads `config.yaml`, and `.venv/bin/snakemake --configfile FILE` reads another file.
Paths are relative to the folder in which you run the command, and may contain `~` and environment
variables, such as `$SCRATCH/store`. Unknown keys and variables cause an error.

A file that begins with `extends: OTHER.yaml`, a path relative to its own folder, says only what
differs from that other file. Its `models` and `benchmarks` replace those of the other file;
`benchmarks: {}` leaves only the held-out tests. The program merges all other sections, replaces
other values, and removes keys that are `null`. Over `config.yaml`, `selections: {top: {}}`
therefore adds `top` to `contrastive`. To use `top` alone, also set `contrastive: null`.

With `--configfile a.yaml b.yaml`, later files override earlier ones. Only one of them may begin
with `extends`, and if none does, `null` removes nothing. `--config KEY=VALUE` sets one top-level
key.

The *default* holds where the key is missing. "By form" means that the text above says which keys go
together. `config.yaml` sets some keys to other values, such as `unit: neuron`: if your file doesn't
extend it, set them yourself. `NAME` is a name that you choose.

`.venv/bin/python -m benchprof.configuration > schema.json` writes a JSON schema of all keys, for
editors that check YAML.
"""
NAMED = "NAME"
TYPES = {"array": "a list", "number": "a number", "object": "a section"}
Schema = Mapping[str, Any]
Sections = Mapping[str, list[Schema]]
Meanings = Mapping[str, list[str]]


def page() -> str:
    """Return the page as Markdown."""
    schema = Configuration.model_json_schema()
    sections = dict(_sections(schema, schema, ""))
    known = {
        kind.__name__: docstrings_of(kind) for kind in _kinds(Section) if kind.__name__[0] != "_"
    }
    meanings = {
        f"{path}.{name}".removeprefix("."): lines
        for path, forms in sections.items()
        for form in forms
        for name, lines in known[form["title"]].items()
    }
    headed = [path for path in sections if _has_heading(path)]
    return "\n".join([HEADER, *(_section(path, sections, meanings, schema) for path in headed)])


def docstrings_of(section: type[Section]) -> dict[str, list[str]]:
    """Return the lines of the docstring below each field that has one, also where it inherits."""
    found: dict[str, list[str]] = {}
    for kind in section.__mro__:
        # One that is made by a function has no source.
        if issubclass(kind, Section) and kind.__name__[0] != "_":
            found = _own_docstrings(kind) | found
    return found


def _own_docstrings(section: type[Section]) -> dict[str, list[str]]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: [
            line.removeprefix("    ") for line in text.value.value.rstrip().split("\n")
        ]
        for field, text in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _kinds(section: type[Section]) -> Iterator[type[Section]]:
    for kind in section.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _sections(node: Schema, schema: Schema, path: str) -> Iterator[tuple[str, list[Schema]]]:
    """Every section below a node with its path and its forms, of which a file has one."""
    forms = [own for own in _members(node, schema) if "properties" in own]
    if forms:
        yield path, forms
    done: set[str] = set()
    for own in forms or _members(node, schema):
        for name, field in own.get("properties", {}).items():
            if name not in done:
                yield from _sections(field, schema, f"{path}.{name}".removeprefix("."))
            done.add(name)
        for values in own.get("patternProperties", {}).values():
            yield from _sections(values, schema, f"{path}.{NAMED}")


def _members(node: Schema, schema: Schema) -> list[Schema]:
    """What a node may be, without references and without null."""
    if "$ref" in node:
        return _members(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    either = [own for key in ("anyOf", "oneOf") for own in node.get(key, ())]
    if either:
        return [found for own in either for found in _members(own, schema)]
    return [] if node.get("type") == "null" else [node]


def _has_heading(path: str) -> bool:
    """Whether a section stands at the top of the file; those inside others are in their tables."""
    return "." not in path.removesuffix(f".{NAMED}")


def _section(path: str, sections: Sections, meanings: Meanings, schema: Schema) -> str:
    """A section's heading, its own comment, and its keys with those of the sections inside."""
    said = list(meanings.get(path.removesuffix(f".{NAMED}"), ()))
    header, rows = ["key", "allowed", "default", "meaning"], []
    for key, *row in _rows(path, sections, meanings, schema):
        rows.append([f"`{key.removeprefix(path).removeprefix('.')}`", *row])
    if not any(row[3] for row in rows):
        header, rows = header[:3], [row[:3] for row in rows]
    title = f"## `{path}`" if path else "## The file"
    return "\n".join([title, "", *_prose(said), *markdown.table(header, rows), ""])


def _rows(
    path: str, sections: Sections, meanings: Meanings, schema: Schema
) -> Iterator[tuple[str, str, str, str]]:
    """A row for each key, which begins with its path; behind one of a section, those inside."""
    forms = sections[path]
    for name in dict.fromkeys(name for own in forms for name in own["properties"]):
        fields = [own["properties"][name] for own in forms if name in own["properties"]]
        key, default = f"{path}.{name}".removeprefix("."), _default(name, forms)
        inner = key if key in sections else f"{key}.{NAMED}"
        if inner in sections and _has_heading(inner):
            yield key, f"[below](#{_anchor(inner)})", default, ""
            continue
        allowed = "; ".join(dict.fromkeys(_allowed(field, schema) for field in fields))
        if len(sections.get(inner, ())) > 1:
            allowed = "a form above"
        yield key, allowed, default, _linked(" ".join(meanings.get(key, ())))
        if inner in sections:
            yield from _rows(inner, sections, meanings, schema)


def _allowed(field: Schema, schema: Schema) -> str:
    """What a message quotes as allowed, or else the values or the type."""
    members = _members(field, schema)
    for own in (field, *members):
        if "description" in own:
            return str(own["description"])
    for own in members:
        if "enum" in own:
            return "one of " + ", ".join(own["enum"])
        if "type" in own:
            return TYPES[own["type"]]
    return "a value"


def _default(name: str, forms: list[Schema]) -> str:
    having = [own for own in forms if name in own["properties"]]
    if any(name in own.get("required", ()) for own in having):
        return "required" if len(forms) == 1 else "by form"
    default = having[0]["properties"][name].get("default")
    return "left out" if default is None else f"`{json.dumps(default)}`".replace('"', "")


def _prose(comment: list[str]) -> list[str]:
    """A comment as Markdown: what is indented keeps its layout, the rest becomes paragraphs."""
    lines: list[str] = []
    laid_out: bool | None = None
    for line in comment:
        if line.startswith("  ") != laid_out:
            lines += ["```", ""] if laid_out else [""] if laid_out is not None else []
            laid_out = line.startswith("  ")
            lines += ["```text"] if laid_out else []
        lines.append(line.removeprefix("  ") if laid_out else _linked(line))
    return [*lines, *(["```"] if laid_out else []), ""] if lines else []


def _linked(text: str) -> str:
    """A text in which pages of the documents are links."""
    return re.sub(r"docs/((?:\w+/)?(\w+\.md))", r"[\2](../\1)", text)


def _anchor(path: str) -> str:
    """The anchor of a section's heading, as MkDocs makes it."""
    return re.sub(r"[^\w-]", "", path.lower())


if __name__ == "__main__":
    print(page(), end="")
