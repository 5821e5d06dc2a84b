"""Tests; three files of them run at a time, so that each has one thread to itself."""

import benchprof  # noqa: F401  sets how threads wait, before torch loads
