"""The manifest: what went into a run, what came out, and the software between."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.files import write_json
from benchprof.portable import portable, portable_names
from benchprof.provenance import software

FORMAT = 1


def write_manifest(
    target: Path,
    config: Mapping[str, Any],
    inputs: Iterable[Path],
    results: Iterable[Path],
    models: Mapping[str, Path],
) -> None:
    """Write the manifest as JSON.

    Its bytes depend on the arguments, the files and the software alone: no time, no machine, no
    absolute path.

    Args:
        target: the manifest's path.
        config: the configuration of the run.
        inputs: data files that a person gave.
        results: files that the run wrote.
        models: the card of each prepared model, by the model's name.
    """
    given = sorted(set(inputs))
    names = portable_names(config, given)
    manifest = {
        "format": FORMAT,
        "configuration": portable(config, names),
        "models": {name: portable_card(card) for name, card in sorted(models.items())},
        "inputs": {portable(path, names): digests.of_file(path) for path in given},
        "results": digests.of_files(sorted(set(results))),
        "software": software(),
    }
    write_json(target, manifest | {"digest": digests.of_value(manifest)})


def portable_card(card: Path) -> dict[str, Any]:
    """What identifies a prepared model (`models.card.Card`), with paths that hold anywhere.

    The files are not compared with it.
    """
    content: dict[str, Any] = portable(json.loads(card.read_text(encoding="utf-8")))
    return content
