"""The page of error messages has them as the program prints them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tests.conftest import ROOT

from benchprof.configuration.model import NewestOnHub
from benchprof.errors import InputError
from benchprof.models.checkpoint import check_configuration
from benchprof.models.device import resolve_device
from benchprof.plan.shape import architecture
from benchprof.run.item_fields import check_fields
from benchprof.sandbox.sandbox import Sandbox

PAGE = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
PRINTED = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


def unknown_field() -> None:
    Path("task.yaml").write_text('doc_to_text: "{{question}}"\n')
    Path("items.jsonl").write_text('{"text": "Which is a fruit?"}\n')
    check_fields(Path("task.yaml"), Path("items.jsonl"))


def quantized() -> None:
    Path("config.json").write_text('{"quantization_config": {"quant_method": "awq"}}')
    check_configuration(Path(), "models/mine-awq")


def no_gpu() -> None:
    resolve_device("cuda")


def unprepared() -> None:
    source = NewestOnHub(hub="meta-llama/Llama-3.2-1B-Instruct")
    architecture("llama", source, Path("results/models/llama"))


@pytest.mark.parametrize("fault", [unknown_field, quantized, no_gpu, unprepared, Sandbox])
def test_a_message_is_on_the_page_as_it_is_printed(
    fault: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(InputError) as error:
        fault()
    assert str(error.value) in PRINTED


def test_the_page_has_ten_messages() -> None:
    assert len(PRINTED) == PAGE.count("\n## ") == 10
