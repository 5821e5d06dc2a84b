"""The RO-Crate: whole in itself, and valid by its validator where that is installed."""

from __future__ import annotations

import importlib.util
import json
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchprof.archive.contents import LISTING
from benchprof.archive.crate import CONTEXT, PROFILES


def entities(archive: Path) -> dict[str, dict[str, Any]]:
    metadata = json.loads(zipfile.ZipFile(archive).read("ro-crate-metadata.json"))
    assert metadata["@context"] == CONTEXT
    found = {entity["@id"]: entity for entity in metadata["@graph"]}
    assert len(found) == len(metadata["@graph"])
    return found


def test_every_file_is_a_part_and_every_reference_is_there(archive: Path) -> None:
    found = entities(archive)
    names = set(zipfile.ZipFile(archive).namelist()) - {LISTING, "ro-crate-metadata.json"}
    assert {part["@id"] for part in found["./"]["hasPart"]} == names
    outside = ("https://w3id.org/ro/crate/1.1", "https://bioschemas.org", "https://doi.org",
               "https://snakemake.github.io")  # fmt: skip
    for entity in found.values():
        for value in entity.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    assert one["@id"] in found or one["@id"].startswith(outside), one


def test_it_tells_of_the_run(archive: Path) -> None:
    found = entities(archive)
    run = found["#run"]
    assert run["instrument"] == found["./"]["mainEntity"] == {"@id": "Snakefile"}
    assert "ComputationalWorkflow" in found["Snakefile"]["@type"]
    used = ["config.yaml", *(f"items/x/{s}.jsonl" for s in ("calibration", "test", "train"))]
    assert [one["@id"] for one in run["object"]] == [*used, "#model-m", "#model-n"]
    assert {"@id": "results/profiles/impact.csv"} in run["result"]
    assert found["#model-m"]["identifier"] == f"sha256:{'m' * 64}"
    assert {one["@id"] for one in found["./"]["conformsTo"]} == set(PROFILES)
    assert not [e for e in found.values() if e["@type"] in ("Person", "Organization")]


def test_the_validator_finds_it_valid(archive: Path) -> None:
    if importlib.util.find_spec("rocrate_validator") is None:
        pytest.skip("roc-validator is not installed (pip install roc-validator)")
    try:
        for context in CONTEXT:
            urllib.request.urlopen(context, timeout=10).close()
    except OSError as error:
        pytest.skip(f"roc-validator reads {CONTEXT[0]}, which cannot be reached ({error})")
    from rocrate_validator import models, services  # noqa: PLC0415

    settings = services.ValidationSettings(
        rocrate_uri=str(archive),
        profile_identifier="workflow-run-crate",
        requirement_severity=models.Severity.REQUIRED,
    )
    result = services.validate(settings)
    assert not result.has_issues(), [issue.message for issue in result.get_issues()]
