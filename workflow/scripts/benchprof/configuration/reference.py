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

This page lists every key of the configuration with its allowed values, default and meaning.

`make run` reads `config.yaml`, and `.venv/bin/snakemake --configfile FILE` reads another file.
Paths are relative to the folder in which you run the command, and may contain `~` and environment
variables, such as `$SCRATCH/store`. Unknown keys and variables cause an error.

If a file begins with `extends: OTHER.yaml`, it needs to contain only what differs from that other
file, whose path is relative to the folder of the first. The program merges sections, replaces all
other values, and removes keys that are set to `null`. Merging can surprise you. Over `config.yaml`,
`selections: {top: {}}` adds `top` to `contrastive`. To use `top` alone, also set `contrastive: null`.

You can name several files: `--configfile a.yaml b.yaml`. Later files override earlier ones. Only
one of them may begin with `extends`, and if none does, `null` removes nothing. `--config KEY=VALUE`
sets one top-level key.

The *default* column is what the program assumes if the key is missing. The default run
(`config.yaml`) sets some keys to other values, such as `unit: neuron`. If your file doesn't extend
another one, set these keys yourself.

If a table doesn't give the meaning of a key, the text above the table explains it. The default "by
form" means that the table of forms shows which keys go together. `NAME` stands for a name that you
choose.

`.venv/bin/python -m benchprof.configuration.reference` writes this page from the typed configuration.
`.venv/bin/python -m benchprof.configuration > schema.json`
writes a JSON schema of all keys, for editors that check YAML.
"""
NAMED = "NAME"
TYPES = {"array": "a list", "number": "a number", "object": "a section"}
Schema = Mapping[str, Any]
Meanings = Mapping[str, list[str]]


def page() -> str:
    """Return the page as Markdown."""
    schema = Configuration.model_json_schema()
    sections = list(_sections(schema, schema, ""))
    known = {
        kind.__name__: docstrings_of(kind) for kind in _kinds(Section) if kind.__name__[0] != "_"
    }
    meanings = {
        f"{path}.{name}".removeprefix("."): lines
        for path, forms in sections
        for form in forms
        for name, lines in known[form["title"]].items()
    }
    return "\n".join([HEADER, *(_section(*own, meanings, schema) for own in sections)])


def docstrings_of(section: type[Section]) -> dict[str, list[str]]:
    """Return the lines of the docstring below each field that has one."""
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
        if "items" in own:
            yield from _sections(own["items"], schema, path)


def _members(node: Schema, schema: Schema) -> list[Schema]:
    """What a node may be, without references and without null."""
    if "$ref" in node:
        return _members(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    either = [own for key in ("anyOf", "oneOf") for own in node.get(key, ())]
    if either:
        return [found for own in either for found in _members(own, schema)]
    return [] if node.get("type") == "null" else [node]


def _section(path: str, forms: list[Schema], meanings: Meanings, schema: Schema) -> str:
    """A section's heading, its own comment, its forms where there are several, and its keys."""
    said = list(meanings.get(path.removesuffix(f".{NAMED}"), ()))
    names = list(dict.fromkeys(name for own in forms for name in own["properties"]))
    if len(forms) > 1:
        # What stands above the first key of some form explains them all.
        said += [line for name in names for line in meanings.get(f"{path}.{name}", ())]
        meanings = {}
    header, rows = ["key", "allowed", "default", "meaning"], []
    for name in names:
        fields = [own["properties"][name] for own in forms if name in own["properties"]]
        key = f"{path}.{name}".removeprefix(".")
        inner = [other for other, _ in _sections(fields[0], schema, key)]
        below = f"[below](#{_anchor(inner[0])})" if inner else ""
        meaning = below or _linked(" ".join(meanings.get(key, ())))
        allowed = "; ".join(dict.fromkeys(_allowed(field, schema) for field in fields))
        rows.append([f"`{name}`", allowed, _default(name, forms), meaning])
    if not any(row[3] for row in rows):
        header, rows = header[:3], [row[:3] for row in rows]
    title = f"## `{path}`" if path else "## The file"
    forms_of = [*_forms(forms), ""] if len(forms) > 1 else []
    return "\n".join([title, "", *_prose(said), *forms_of, *markdown.table(header, rows), ""])


def _forms(forms: list[Schema]) -> list[str]:
    """A table of the forms that a section may have."""
    rows = []
    for own in forms:
        needed = own["required"]
        more = [name for name in own["properties"] if name not in needed]
        keys = [", ".join(f"`{name}`" for name in names) for names in (needed, more)]
        rows.append([own["description"].splitlines()[0], *keys])
    return markdown.table(["form", "required", "optional"], rows)


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
