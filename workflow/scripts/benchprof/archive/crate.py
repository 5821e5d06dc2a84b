"""The description of an archive as a Workflow Run RO-Crate, for repositories and their tools."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from typing import Any

from benchprof.models.source import source_of

NAME = "ro-crate-metadata.json"
WORKFLOW = "Snakefile"
CONFIGURATION = "config.yaml"
CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
# Where mimetypes knows none, or not on every system.
FORMATS = {
    ".csv": "text/csv", ".json": "application/json", ".jsonl": "application/jsonl",
    ".md": "text/markdown", ".parquet": "application/vnd.apache.parquet",
    ".py": "text/x-python", ".safetensors": "application/octet-stream",
    ".yaml": "application/yaml",
}  # fmt: skip


Entity = tuple[str, str, dict[str, Any]]
"""Its id, its type and what is said of it."""


def crate(
    files: Mapping[str, Mapping[str, Any]],
    manifest: Mapping[str, Any],
    ended: str,
) -> dict[str, Any]:
    """The metadata, RO-Crate 1.1 with the profile Workflow Run Crate 0.5, as a JSON value.

    No person is named: authors are for those to add who publish the archive.

    Args:
        files: size and digest of the archive's files, by name.
        manifest: of the run.
        ended: when the run ended, in ISO 8601.
    """
    models, versions = manifest["models"], manifest["software"]
    used = [CONFIGURATION, *(name for name in files if name in manifest["inputs"])]
    used += [f"#model-{name}" for name in models]
    made = [name for name in files if name.startswith("results/")]
    entities = [
        *_whole(files, ended),
        ("#run", "CreateAction", {
            "name": "The run",
            "instrument": {"@id": WORKFLOW},
            "object": _references(used),
            "result": _references(made),
            "endTime": ended,
            "actionStatus": "http://schema.org/CompletedActionStatus",
        }),
        (SNAKEMAKE, "ComputerLanguage", {
            "name": "Snakemake",
            "version": versions["snakemake"],
            "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
            "url": {"@id": "https://snakemake.github.io"},
        }),
        *((profile, "CreativeWork", {"name": name, "version": version})
          for profile, (name, version) in PROFILES.items()),
        *((f"#model-{name}", "CreativeWork", {
            "name": f"The model {name}",
            "description": f"Not part of the archive: {source_of(card['source'])}",
            "identifier": f"sha256:{card['digest']}",
        }) for name, card in models.items()),
    ]  # fmt: skip
    graph = [{"@id": name, "@type": kind, **own} for name, kind, own in entities]
    graph += [_file(name, own, versions) for name, own in files.items()]
    return {"@context": CONTEXT, "@graph": graph}


def _whole(files: Iterable[str], ended: str) -> list[Entity]:
    """The file of metadata, the archive that it is about, and its licence."""
    return [
        (NAME, "CreativeWork", {
            "about": {"@id": "./"},
            "conformsTo": _references([
                "https://w3id.org/ro/crate/1.1",
                "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
            ]),
        }),
        ("./", "Dataset", {
            "name": "A run of Benchmark Profiling",
            "description": "Which abilities language-model benchmarks draw on, found by ablation: "
            "configuration, code, environment, masks, evaluations, tables, figures and report.",
            "datePublished": ended,
            "license": {"@id": "#licence"},
            "conformsTo": _references(PROFILES),
            "mainEntity": {"@id": WORKFLOW},
            "mentions": {"@id": "#run"},
            "hasPart": _references(files),
        }),
        ("#licence", "CreativeWork", {
            "name": "Apache-2.0 for the code and its items",
            "description": "Results and a person's own items are under what that person says.",
            "url": "https://www.apache.org/licenses/LICENSE-2.0",
        }),
    ]  # fmt: skip


def _file(name: str, own: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, Any]:
    suffix = name[name.rfind(".") :] if "." in name else ""
    entity = {
        "@id": name,
        "@type": "File",
        "contentSize": str(own["bytes"]),
        "sha256": own["sha256"],
        "encodingFormat": FORMATS.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain",
    }
    if name == "README.md":
        entity["about"] = {"@id": "./"}
    if name != WORKFLOW:
        return entity
    return entity | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "Benchmark Profiling",
        "version": versions["benchprof"],
        "conformsTo": {"@id": BIOSCHEMAS},
        "programmingLanguage": {"@id": SNAKEMAKE},
    }


def _references(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]
