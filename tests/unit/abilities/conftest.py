"""Where the shipped sets are."""

from pathlib import Path

import pytest


@pytest.fixture
def resources() -> Path:
    return Path(__file__).parents[3] / "resources/abilities"
