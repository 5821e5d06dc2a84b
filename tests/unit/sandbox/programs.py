"""The task of most tests of the sandbox: a right program, and the tests that it passes."""

from __future__ import annotations

RIGHT = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\nassert add(5, 6) == 11"
