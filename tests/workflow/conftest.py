"""A tiny project: a random Llama, three abilities of twelve items, run by the real workflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT, byte_tokenizer, made_once, tiny_model

from benchprof.tensors import TensorFile

TOKEN = "hf_a_secret_of_the_user"
GUARD = Path(__file__).parent / "guard"
ABILITIES = ("colours", "places", "numbers")
WORDS = {
    "colours": ("red", "blue", "green", "black"),
    "places": ("Rome", "Oslo", "Lima", "Cairo"),
    "numbers": ("one", "two", "three", "four"),
}


@dataclass(frozen=True)
class Project:
    """A folder with a configuration, and the workflow run in it."""

    folder: Path
    account: Sequence[str] = ()
    """What stands before a command to run it as another account."""

    @property
    def config(self) -> dict[str, Any]:
        value: dict[str, Any] = yaml.safe_load((self.folder / "config.yaml").read_text())
        return value

    def configure(self, change: Callable[[dict[str, Any]], object]) -> None:
        config = self.config
        change(config)
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.account, *self.command(*arguments)], cwd=self.folder, env=self.environment(),
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, umask=0o022,
        )  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        snakefile = str(ROOT / "Snakefile")
        profile = ["--workflow-profile", str(ROOT / "profiles/default")]
        start = [sys.executable, "-m", "snakemake", "--cores", "2", "-s", snakefile, *profile]
        return [*start, "--max-threads", "1", *arguments]

    def environment(self) -> dict[str, str]:
        """No network, and no cache outside the folder; what asks for a network is noted."""
        # This tree's library, also where another one is installed.
        path = f"{GUARD}{os.pathsep}{ROOT / 'workflow/scripts'}"
        guard = {"PYTHONPATH": path, "BENCHPROF_NOTES": str(self.folder / "network")}
        caches = {"HF_HOME": str(self.folder / "huggingface"),
                  "XDG_CACHE_HOME": str(self.folder / "cache")}  # fmt: skip
        own = {k: v for k, v in os.environ.items() if not k.endswith("_OFFLINE")}
        return own | guard | caches | {"HF_TOKEN": TOKEN}

    def run(self, *arguments: str) -> str:
        done = self.snakemake(*arguments)
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def planned(self, *arguments: str) -> dict[str, int]:
        """The jobs that a dry-run lists, by rule."""
        return counts_in(self.run("-n", "--quiet", "reason", *arguments))

    def log(self, path: str) -> str:
        return (self.folder / "results/logs" / path).read_text()

    def copy(self, folder: Path) -> Project:
        # With times kept, as a moved folder has them.
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2, symlinks=True)
        return Project(folder)


def counts_in(plan: str) -> dict[str, int]:
    """The number of jobs of each rule in the table that a dry-run prints."""
    table = [line.split() for line in plan.splitlines()]
    return {
        row[0]: int(row[1])
        for row in table
        if len(row) == 2 and row[1].isdigit() and row[0] != "total" and row[0][-1] != ":"
    }


def item(ability: str, number: int) -> dict[str, Any]:
    words = WORDS[ability]
    return {
        "id": f"{ability}-{number}",
        "family": "naming",
        "context": f"The word is {words[number % 4]}.",
        "question": f"Which word of {ability} is it, number {number}?",
        "options": list(words),
        "answer": number % 4,
    }


def write_ability(folder: Path, ability: str) -> None:
    folder.mkdir(parents=True)
    for offset, split in enumerate(("train", "calibration", "test")):
        lines = [json.dumps(item(ability, 100 * offset + n)) for n in range(12)]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")


def make_project(folder: Path) -> Project:
    """The project before its first run."""
    tiny_model("llama").save_pretrained(folder / "tiny")
    byte_tokenizer(chat=True).save_pretrained(folder / "tiny")
    for ability in ABILITIES:
        write_ability(folder / "items" / ability, ability)
    config = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
    config["models"] = {"tiny": {"source": {"folder": "tiny"}, "dtype": "float32", "device": "cpu"}}
    config["abilities"] = {a: {"items": f"items/{a}"} for a in ABILITIES[:2]}
    config["benchmarks"] = {
        f"{a}_test": {"ability": a, "split": "test", "limit": 8} for a in ABILITIES[:2]
    }
    config["importance"] |= {"limit": 4, "halves": False}
    config["mask_fractions"] = [0.01]
    config["controls"]["random"]["seeds"] = [1, 2]
    config["profile"] |= {"impact": "absolute", "resamples": 200}
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return Project(folder)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after a whole run; not to be run: copy it."""
    return Project(made_once(tmp_path_factory, "finished", lambda own: make_project(own).run()))


def add_control_items(items: Path, context: str = "The word is hidden.") -> None:
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    for item in lines:
        question = item["question"]
        other = (item["answer"] + 1) % len(item["options"])
        item["control_items"] = {
            "counterfactual": {"context": "Another.", "question": question, "answer": other},
            "uninformative": {"context": context, "question": question},
        }
    items.write_text("".join(f"{json.dumps(item)}\n" for item in lines))


def origin(project: Project, file: str) -> dict[str, Any]:
    return TensorFile(project.folder / "results" / file).origin
