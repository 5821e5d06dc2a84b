"""`benchprof export`: other programs load the ablated model from the folder it writes."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from tests.conftest import byte_tokenizer, tiny_model
from tests.unit.run.small import SMALL
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchprof.__main__ import main
from benchprof.jobs.export import write_ablated
from benchprof.models.ablation import ablated, in_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.mask import Mask, write_mask
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.models.units import unit_projections
from benchprof.store import Store

IDS = torch.tensor([[5, 9, 12, 33, 20]])
MASK = Path("results/masks/m/x/top_0.01.safetensors")
GATE = "model.layers.1.mlp.gate_proj.weight"
ORIGIN: dict[str, Any] = {"ability": "x", "selection": "top", "mask_fraction": "0.01"}


@pytest.fixture
def card(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The digest of the prepared model of a run that has one mask: two entries of a weight."""
    monkeypatch.chdir(tmp_path)
    model = SMALL["models"]["m"] | {"source": {"folder": str(tiny_folder)}}
    Path("config.yaml").write_text(yaml.safe_dump(SMALL | {"models": {"m": model}}))
    prepared = prepare_model({"folder": str(tiny_folder)}, Path("results/models/m"), Store(Path()))
    own = {"importance": {"x": {"model": prepared.digest}}}
    write_mask(MASK, Mask({GATE: torch.tensor([3, 50], dtype=torch.int32)}, ORIGIN | own))
    return prepared.digest


def test_the_folder_has_the_weights_the_tokenizer_and_what_they_are(
    card: str, tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(MASK), "out/ablated"]) == 0
    assert "out/ablated: the ablated model" in capsys.readouterr().out
    intact = AutoModelForCausalLM.from_pretrained(tiny_folder).state_dict()
    written = AutoModelForCausalLM.from_pretrained("out/ablated").state_dict()
    for name, weight in intact.items():
        changed = torch.nonzero((written[name] != weight).view(-1))[:, 0].tolist()
        assert changed == ([3, 50] if name == GATE else []), name
    # Row 3 of sixteen columns has entry 50: its column 2.
    assert written[GATE][0, 3] == written[GATE][3, 2] == 0
    text = "Where is the cup?"
    both = [AutoTokenizer.from_pretrained(own)(text) for own in (tiny_folder, "out/ablated")]
    assert both[0]["input_ids"] == both[1]["input_ids"]
    same = {path.name for path in tiny_folder.iterdir()} - {"model.safetensors", "config.json"}
    for name in same:
        assert Path("out/ablated", name).read_bytes() == (tiny_folder / name).read_bytes(), name
    readme = Path("out/ablated/README.md").read_text()
    assert f"SHA-256 of its files: `{card}`" in readme
    assert "2\nweights set to zero" in readme
    assert "top, mask fraction 0.01; SHA-256 of its entries: `" in readme
    assert [path.name for path in Path("out").iterdir()] == ["ablated"]


@pytest.mark.parametrize(
    ("family", "unit"),
    # Weights in columns, in rows, and of experts, which have no neurons.
    [*product(["llama", "gpt2"], ["weight", "neuron", "head"]), ("mixtral", "weight")],
)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_plain_transformers_gives_the_logits_of_the_run(
    family: str, unit: str, dtype: str, tmp_path: Path
) -> None:
    tiny_model(family).save_pretrained(tmp_path / "m")
    byte_tokenizer(chat=False).save_pretrained(tmp_path / "m")
    prepared = PreparedModel(tmp_path / "m", dtype)
    model = load_model(prepared)
    weights = scope_weights(model, "all_layers")
    names = weights if unit == "weight" else unit_projections(model, unit)
    mask = Mask({name: torch.tensor([1]) for name in names}, ORIGIN | {"unit": unit})
    write_ablated(prepared, mask, tmp_path / "out")
    other = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert other.dtype == getattr(torch, dtype)
    with torch.no_grad():
        with ablated(weights, in_weights(model, mask), "zero"):
            expected = model(input_ids=IDS).logits
        assert torch.equal(other(input_ids=IDS).logits, expected)
        assert not torch.equal(model(input_ids=IDS).logits, expected)


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("arguments", "change", "said"),
    [
        ([str(MASK), "out"], {"ablation": "mean"}, "config.yaml, ablation: mean; expected `ablat"),
        (["results/checks/m.json", "out"], {}, "results/checks/m.json: a file of check_sizes;"),
        (["elsewhere/top_0.01.safetensors", "out"], {}, "no job of this run writes it"),
        ([str(MASK).replace("/x/", "/y/"), "out"], {}, "Run the job that writes it: benchprof job"),
        ([str(MASK), "tiny"], {}, "tiny: already there; expected a new folder"),
    ],
)
def test_what_cannot_be_exported_is_said(
    arguments: list[str], change: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = yaml.safe_load(Path("config.yaml").read_text())
    Path("config.yaml").write_text(yaml.safe_dump(config | change))
    before = sorted(Path().iterdir())
    assert main(["export", *arguments]) == 1
    assert said in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("entries", "model", "said"),
    [
        ({GATE: torch.tensor([16 * 24])}, None, "entry 384 of model.layers.1.mlp.gate_proj.weight"),
        ({GATE: torch.tensor([3])}, "another", "a mask of another model"),
    ],
)
def test_a_mask_of_another_model_leaves_nothing(
    entries: dict[str, torch.Tensor], model: str | None, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    MASK.unlink()
    own = {"importance": {"x": {"model": model}}} if model else {}
    write_mask(MASK, Mask(entries, ORIGIN | own))
    before = sorted(Path().iterdir())
    assert main(["export", str(MASK), "out"]) == 1
    assert said in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("card")
def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_: Any, target: Path, **__: Any) -> None:
        target.mkdir()
        (target / "model.safetensors").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("transformers.PreTrainedModel.save_pretrained", fill)
    before = sorted(Path().iterdir())
    with pytest.raises(OSError, match="No space left"):
        main(["export", str(MASK), "out"])
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("card")
def test_the_authors_configuration_stays_but_for_the_dtype(tiny_folder: Path) -> None:
    """An older library would not read the names that the installed one gives."""
    own = json.loads((tiny_folder / "config.json").read_text())
    own["torch_dtype"] = own.pop("dtype")
    own["rope_theta"] = own.pop("rope_parameters")["rope_theta"]
    (tiny_folder / "config.json").write_text(json.dumps(own))
    mask = Mask({GATE: torch.tensor([3])}, ORIGIN)
    write_ablated(PreparedModel(tiny_folder, "bfloat16"), mask, Path("out"))
    assert json.loads(Path("out/config.json").read_text()) == own | {"torch_dtype": "bfloat16"}
