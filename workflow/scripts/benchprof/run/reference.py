"""Write the page of all configuration keys from their types and from the comments of config.yaml.

python -m benchprof.run.reference > docs/reference/configuration.md

Started in the checkout. Types, allowed values and defaults come from `run.configuration`; sentences
come from the comments, those of `validation` from config/planted.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchprof import markdown
from benchprof.run.configuration import Configuration

HEADER = """\
# Configuration

This page lists every key of the configuration with its allowed values, default and meaning.

`make run` reads `config.yaml`, and `.venv/bin/snakemake --configfile FILE` reads another file.
Paths are relative to the folder in which you run the command, and may contain `~` and environment
variables, such as `$SCRATCH/store`. Unknown keys and variables cause an error.

If a file begins with `extends: OTHER.yaml`, it needs to contain only what differs from that other
file, whose path is relative to the folder of the first. The program merges sections, replaces all
other values, and removes keys that are set to `null`. Merging can surprise you. Over `config.yaml`,
`selections: {top: {}}` adds `top` to `specific`. To use `top` alone, also set `specific: null`.

You can name several files: `--configfile a.yaml b.yaml`. Later files override earlier ones. Only
one of them may begin with `extends`, and if none does, `null` removes nothing. `--config KEY=VALUE`
sets one top-level key.

The *default* column is what the program assumes if the key is missing. The default run
(`config.yaml`) sets some keys to other values, such as `unit: neuron`. If your file doesn't extend
another one, set these keys yourself.

If a table doesn't give the meaning of a key, the text above the table explains it. The default "by
form" means that the table of forms shows which keys go together. `NAME` stands for a name that you
choose.

`.venv/bin/python -m benchprof.run.reference` writes this page from the typed configuration and from
the comments in `config.yaml`. `.venv/bin/python -m benchprof.run.configuration > schema.json`
writes a JSON schema of all keys, for editors that check YAML.
"""
NAMED = "NAME"
TYPES = {"array": "a list", "number": "a number", "object": "a section"}
Schema = Mapping[str, Any]
Comments = Mapping[str, list[str]]


def page(config: str, planted: str) -> str:
    """Return the page as Markdown, from the texts of config.yaml and config/planted.yaml."""
    schema = Configuration.model_json_schema()
    comments = {
        path: lines
        for path, lines in comments_of(planted, schema).items()
        if path.startswith("validation.")
    } | comments_of(config, schema)
    parts = [HEADER]
    for path, forms in _sections(schema, schema, ""):
        parts.append(_section(path, forms, comments, schema))
    return "\n".join(parts)


def comments_of(text: str, schema: Schema) -> dict[str, list[str]]:
    """Return the comment of each key by its path, line by line: above it, then beside it.

    A key that stands in a comment alone, such as `# gpus: 1`, has a path too. A name of the user's
    is `NAME` in a path.
    """
    known = {path for path, _ in _keys(schema)}
    active = known & set(_paths(yaml.safe_load(text), "", known))
    found: dict[str, list[str]] = {}
    above: list[str] = []
    parents: dict[int, str] = {}
    for line in text.splitlines():
        key = re.match(r"( *)(# *)?([\w.-]+):(?: +(.*))?$", line)
        indent = len(key[1]) + max(len(key[2] or "") - 2, 0) if key else 0
        parents = {at: own for at, own in parents.items() if at < indent} if key else parents
        path = _child(parents.get(indent - 2, ""), key[3], known) if key else ""
        is_key = key and (not indent or indent - 2 in parents)
        if key and is_key and (not key[2] or path in known - active):
            value, _, beside = (key[4] or "").partition(" # ")
            own = [f"`{value.strip()}` {beside.strip()}"] if beside else []
            found.setdefault(path, above + own)
            above, parents[indent] = [], path
        elif line.lstrip().startswith("#"):
            above.append(line.strip().removeprefix("#").removeprefix(" "))
        else:
            above = []
    return {path: lines for path, lines in found.items() if lines and path in known}


def _child(parent: str, name: str, known: set[str]) -> str:
    """The path of a key below another; that of any name where the user gives names."""
    path = f"{parent}.{name}".removeprefix(".")
    named = f"{parent}.{NAMED}"
    return named if path not in known and any(own.startswith(named) for own in known) else path


def _paths(value: Any, parent: str, known: set[str]) -> Iterator[str]:
    """The paths of all keys that a file has."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        path = _child(parent, str(name), known)
        yield path
        yield from _paths(inner, path, known)


def _keys(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every key with its path."""
    for path, forms in _sections(schema, schema, ""):
        for form in forms:
            for name, field in form["properties"].items():
                yield f"{path}.{name}".removeprefix("."), field


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


def _section(path: str, forms: list[Schema], comments: Comments, schema: Schema) -> str:
    """A section's heading, its own comment, its forms where there are several, and its keys."""
    said = list(comments.get(path.removesuffix(f".{NAMED}"), ()))
    names = list(dict.fromkeys(name for own in forms for name in own["properties"]))
    if len(forms) > 1:
        # What stands above the first key of some form explains them all.
        said += [line for name in names for line in comments.get(f"{path}.{name}", ())]
        comments = {}
    header, rows = ["key", "allowed", "default", "meaning"], []
    for name in names:
        fields = [own["properties"][name] for own in forms if name in own["properties"]]
        key = f"{path}.{name}".removeprefix(".")
        inner = [other for other, _ in _sections(fields[0], schema, key)]
        below = f"[below](#{_anchor(inner[0])})" if inner else ""
        meaning = below or _linked(" ".join(comments.get(key, ())))
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
    FILES = ("config.yaml", "config/planted.yaml")
    print(page(*(Path(name).read_text(encoding="utf-8") for name in FILES)), end="")
