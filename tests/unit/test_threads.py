"""A job has the threads that it was granted, in every library, and they wait without spinning."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT

SCRIPT = """
from benchprof.threads import use_threads
import os
import numpy, sklearn, torch
from threadpoolctl import threadpool_info
use_threads({threads})
assert torch.get_num_threads() == torch.get_num_interop_threads() == {threads}
use_threads({threads})
assert {{pool["num_threads"] for pool in threadpool_info()}} == {{{threads}}}
assert {{pool["user_api"] for pool in threadpool_info()}} == {{"openmp", "blas"}}
assert os.environ["RAYON_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "{threads}"
print(os.environ["TOKENIZERS_PARALLELISM"])
"""


@functools.cache
def job_of(threads: int) -> subprocess.CompletedProcess[str]:
    """A job's process, in which nothing is set as it starts."""
    ours = ("_NUM_THREADS", "_WAIT_POLICY", "TOKENIZERS_PARALLELISM")
    unset = {name: value for name, value in os.environ.items() if not name.endswith(ours)}
    # libgomp then says, when it loads, what it was told.
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(threads=threads)], capture_output=True, text=True,
        env=unset | {"OMP_DISPLAY_ENV": "TRUE"}, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("threads", "parallel"), [(1, "false"), (2, "true")])
def test_every_library_has_the_threads_of_the_job(threads: int, parallel: str) -> None:
    done = job_of(threads)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == parallel


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_wait_without_spinning(threads: int) -> None:
    said = job_of(threads).stderr
    if "OPENMP DISPLAY ENVIRONMENT" not in said:
        pytest.skip("torch's OpenMP does not say what it was told, as GNU's does")
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in said
    assert "OMP_WAIT_POLICY = 'ACTIVE'" not in said


def test_no_script_loads_torch_before_the_library() -> None:
    """The library's first import sets how threads wait."""
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        tree = ast.parse(script.read_text())
        names = {alias.name for n in tree.body if isinstance(n, ast.Import) for alias in n.names}
        names |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}
        packages = {name.partition(".")[0] for name in names}
        assert not packages & {"torch", "transformers", "sklearn"}, script
