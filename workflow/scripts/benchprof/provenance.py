"""What made a number: software versions and the machine."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import psutil

# Those that decide numbers; the lock of a full environment is the archive's business.
PACKAGES = (
    "benchprof",
    "datasets",
    "lm-eval",
    "numpy",
    "pandas",
    "safetensors",
    "scipy",
    "snakemake",
    "tokenizers",
    "torch",
    "transformers",
)


class Made(TypedDict):
    """Where and how answers were made, which decides nothing: an entry of a record's origin."""

    truncated: int
    seconds: float
    device: str
    software: Mapping[str, str]
    machine: Mapping[str, str | int]


# Every record says both; the packages' metadata are read once.
@cache
def software() -> Mapping[str, str]:
    """Versions of Python and of the packages whose numbers matter."""
    versions = {"python": platform.python_version()}
    return versions | {package: version(package) for package in PACKAGES}


@cache
def machine() -> Mapping[str, str | int]:
    """The machine in terms that explain timings, without its name or its users."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": psutil.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
    }


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def made_on(device: str, seconds: float, truncated: int) -> Made:
    """Where and how answers were made, here and now.

    Args:
        device: of the model, and which card that is.
        seconds: that they took.
        truncated: how many requests lost their beginning.
    """
    return {
        "truncated": truncated,
        "seconds": round(seconds, 2),
        "device": device,
        "software": software(),
        "machine": machine(),
    }
