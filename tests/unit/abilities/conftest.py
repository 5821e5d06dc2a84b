"""Makes the generators importable as they are when `generate.py` runs."""

import sys
from pathlib import Path

import pytest

RESOURCES = Path(__file__).parents[3] / "resources" / "abilities"
sys.path.insert(0, str(RESOURCES))


@pytest.fixture
def resources() -> Path:
    return RESOURCES
