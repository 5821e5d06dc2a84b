"""Injected faults: found, named, and computed again or refused; never used."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import torch
from tests.conftest import byte_tokenizer, tiny_model
from tests.workflow.conftest import TOKEN, Project
from tests.workflow.stages import evaluate, mask_file, score, select

from benchprof.errors import InputError
from benchprof.evaluation.record import read_record
from benchprof.logs import TERMINATED, logged
from benchprof.models.preparation import prepare_model
from benchprof.sharing import LOCK
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile
from benchprof.uses import FOLDER as USES

Damage = Callable[[Path], object]


def flip(path: Path) -> None:
    """One bit in the middle changes, and no time tells it."""
    status = path.stat()
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncate(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-100])


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    return finished.copy(tmp_path / "copy")


@pytest.fixture
def store(project: Project) -> Store:
    return Store(project.folder / "store")


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_record_of_the_store_is_computed_again(
    project: Project, store: Store, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = read_record(project.folder / "results/evaluations/tiny/places_test/intact.json")
    (entry,) = [
        path
        for path in store.root.rglob("evaluations/*/*.json")
        if json.loads(path.read_text())["digest"] == before["digest"]
    ]
    damage(entry)
    records = evaluate(project, store)
    assert f"{entry}: " in caplog.text
    assert "4 reused, 1 computed" in caplog.text
    assert read_record(entry)["items"] == before["items"]
    assert read_record(records["intact"])["items"] == before["items"]


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_importance_of_the_store_is_computed_again(
    project: Project, store: Store, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    entry = next(store.root.rglob("importance/*/*.safetensors"))
    before = entry.read_bytes()
    damage(entry)
    score(project, store)
    assert f"{entry}: " in caplog.text
    assert "1 reused, 1 computed" in caplog.text
    assert entry.read_bytes() == before


def test_an_entry_under_another_s_key_is_not_used(
    project: Project, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one, other = store.root.rglob("importance/*/*.safetensors")
    one.chmod(0o644)
    shutil.copyfile(other, one)
    score(project, store)
    assert f"{one}: it is another entry's content" in caplog.text
    assert "1 reused, 1 computed" in caplog.text


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_mask_is_refused(project: Project, store: Store, damage: Damage) -> None:
    mask = mask_file(project, "places.contrastive_0.01")
    damage(mask)
    with pytest.raises(InputError, match=r"contrastive_0\.01\.safetensors: .*Delete it"):
        evaluate(project, store)


@pytest.mark.parametrize("damage", [flip, truncate])
def test_a_damaged_importance_makes_no_mask(project: Project, damage: Damage) -> None:
    damage(project.folder / "results/importance/tiny/places.safetensors")
    with pytest.raises(InputError, match=r"places\.safetensors: .*Delete it"):
        select(project)
    assert not (project.folder / "again").exists()


@pytest.mark.parametrize("damage", [flip, truncate])
def test_damaged_weights_are_not_loaded(project: Project, tmp_path: Path, damage: Damage) -> None:
    """The prepared folder refers to the user's file; of a flip size and time are what they were."""
    damage(project.folder / "tiny/model.safetensors")
    # Links of a copied project still point to the original.
    prepared = project.folder / "results/models/tiny"
    (prepared / "model.safetensors").unlink()
    (prepared / "model.safetensors").symlink_to(project.folder / "tiny/model.safetensors")
    for job in (evaluate, score):
        with pytest.raises(InputError, match=r"model\.safetensors: changed since it was prepared"):
            job(project, Store(tmp_path / "empty"))


def test_a_damaged_card_is_refused(project: Project, store: Store) -> None:
    card = project.folder / "results/models/tiny/model.json"
    content = json.loads(card.read_text())
    content["files"]["config.json"] = "0" * 64
    card.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"model\.json: its digest differs"):
        evaluate(project, store)


def entries_below(folder: Path) -> list[Path]:
    """Whatever lies in the store of a folder, also half-written, but for notes of who uses it."""
    found = [path for path in (folder / "store").rglob("*") if path.is_file()]
    return [path for path in found if path.name != LOCK and path.parent.name != USES]


class Interrupted(Store):
    """A store that has the process terminated after its second new entry."""

    added = 0

    def add(self, kind: Kind, key: str, write: Callable[[Path], None]) -> Path:
        self.added += 1
        if self.added > 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().add(kind, key, write)


def test_sigterm_keeps_what_is_finished_and_nothing_else(project: Project, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SystemExit) as stopped, logged(log):
        evaluate(project, Interrupted(tmp_path / "store"))
    assert stopped.value.code == TERMINATED
    assert "the next run continues from what is in the store" in log.read_text()
    assert not (project.folder / "again").exists()
    files = entries_below(tmp_path)
    assert len(files) == 2
    assert all(read_record(path) for path in files)
    with logged(log):
        evaluate(project, Store(tmp_path / "store"))
    assert "2 reused, 3 computed" in log.read_text()


def test_sigterm_keeps_the_abilities_that_are_finished(project: Project, tmp_path: Path) -> None:
    log = tmp_path / "log"
    half = Interrupted(tmp_path / "store")
    half.added = 1
    with pytest.raises(SystemExit), logged(log):
        score(project, half)
    with logged(log):
        score(project, Store(tmp_path / "store"))
    assert "1 reused, 1 computed" in log.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one record and not for five."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() != 0:
        pytest.skip("only root can mount a small file system")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_leaves_no_half_file(
    project: Project, small_disk: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with pytest.raises(SystemExit), logged(log):
        evaluate(project, Store(small_disk / "store"))
    assert f"{small_disk}/store/evaluations" in log.read_text()
    assert ".json: No space left on device. Make room and run again" in log.read_text()
    assert "Traceback" not in log.read_text()
    files = entries_below(small_disk)
    assert 1 <= len(files) < 5
    assert all(read_record(path) for path in files)
    with pytest.raises(SystemExit), logged(log):
        score(project, Store(small_disk / "store"))
    assert f"{small_disk}/store/importance" in log.read_text()
    assert "No space left on device" in log.read_text()
    assert files == entries_below(small_disk)

    subprocess.run(["mount", "-o", "remount,size=10m", str(small_disk)], check=True)
    with logged(log):
        evaluate(project, Store(small_disk / "store"))
    assert f"{len(files)} reused, {5 - len(files)} computed" in log.read_text()


def test_a_full_results_folder_is_said_and_leaves_no_half_file(
    project: Project, small_disk: Path, tmp_path: Path
) -> None:
    (project.folder / "again").symlink_to(small_disk)
    log = tmp_path / "log"
    with pytest.raises(SystemExit), logged(log):
        evaluate(project, Store(project.folder / "store"))
    assert ".json: No space left on device. Make room and run again" in log.read_text()
    files = [path for path in small_disk.rglob("*") if path.is_file()]
    assert 1 <= len(files) < 5
    assert all(read_record(path) for path in files)
    fill(small_disk / "filler")
    for stage in (select, partial(score, store=Store(project.folder / "store"))):
        with pytest.raises(SystemExit), logged(log):
            stage(project)
        assert "No space left on device. Make room and run again" in log.read_text()
    assert {*files, small_disk / "filler"} == {p for p in small_disk.rglob("*") if p.is_file()}


def fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def prepared(project: Project, change: Callable[[Path], object]) -> Path:
    """The tiny model prepared again after a change to the user's folder."""
    change(project.folder / "tiny")
    target = project.folder / "prepared"
    prepare_model({"folder": str(project.folder / "tiny")}, target, Store(project.folder / "store"))
    return target


def not_a_number(folder: Path, value: float = torch.nan) -> None:
    model = tiny_model("llama")
    with torch.no_grad():
        model.model.layers[0].mlp.up_proj.weight[3] = value
    model.save_pretrained(folder)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_what_is_not_a_number_is_named(project: Project, tmp_path: Path, value: float) -> None:
    folder = prepared(project, partial(not_a_number, value=value))
    with pytest.raises(InputError) as importance:
        score(project, Store(tmp_path / "store"), folder)
    for word in (str(folder), "colours", "item colours-", "nan"):
        assert word in str(importance.value)
    with pytest.raises(InputError) as evaluation:
        evaluate(project, Store(tmp_path / "store"), folder)
    for word in (str(folder), "ablation intact", "document", "not a number", "dtype"):
        assert word in str(evaluation.value)


def test_a_text_written_from_no_numbers_is_refused(project: Project, tmp_path: Path) -> None:
    (project.folder / "write.yaml").write_text(
        "task: write\noutput_type: generate_until\ndoc_to_text: '{{question}}'\n"
        "doc_to_target: '{{options[answer]}}'\ngeneration_kwargs: {max_gen_toks: 2, until: []}\n"
        "metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]\n"
    )
    own = {"task_file": str(project.folder / "write.yaml"),
           "data": str(project.folder / "items/places/test.jsonl"), "limit": 2}  # fmt: skip
    project.configure(lambda config: config["benchmarks"].update(places_test=own))
    assert evaluate(project, Store(tmp_path / "store"))
    folder = prepared(project, not_a_number)
    with pytest.raises(InputError, match=r"ablation intact: the next token's largest logit is nan"):
        evaluate(project, Store(tmp_path / "store"), folder)


def without_template_or_padding(folder: Path) -> None:
    tokenizer = byte_tokenizer(chat=False)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").unlink()


def test_a_tokenizer_needs_no_template_and_no_padding(project: Project, tmp_path: Path) -> None:
    folder = prepared(project, without_template_or_padding)
    importance = TensorFile(score(project, Store(tmp_path / "store"), folder)["places"])
    assert max(importance.tensor(name).max() for name in importance.names) > 0
    record = read_record(evaluate(project, Store(tmp_path / "store"), folder)["intact"])
    assert 0 < record["scores"]["probability"] < 1


def lengthen(project: Project, file: str, number: int) -> None:
    """Give an item a context of 600 tokens, where the model has 512 positions."""
    path = project.folder / f"items/places/{file}.jsonl"
    items = [json.loads(line) for line in path.read_text().splitlines()]
    items[number]["context"] = "a" * 600
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_an_item_longer_than_the_context_is_refused_or_counted(
    project: Project, tmp_path: Path
) -> None:
    for number in range(12):
        lengthen(project, "train", number)
    with pytest.raises(InputError) as raised:
        score(project, Store(tmp_path / "store"))
    for word in ("train.jsonl, item places-", "4 of 4 examples", "at most 512", "exclude"):
        assert word in str(raised.value)

    record = read_record(evaluate(project, Store(tmp_path / "store"))["intact"])
    assert record["origin"]["made"]["truncated"] == 0
    for number in range(12):
        lengthen(project, "test", number)
    for path in evaluate(project, Store(tmp_path / "store")).values():
        # Eight items of four options, each a request.
        assert read_record(path)["origin"]["made"]["truncated"] == 32


def test_no_token_is_ever_written(finished: Project) -> None:
    files = [path for path in finished.folder.rglob("*") if path.is_file()]
    assert finished.environment()["HF_TOKEN"] == TOKEN
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


EVIL = "from pathlib import Path\nPath({marker!r}).touch()\nclass Evil: pass\n"


@pytest.mark.parametrize("model_type", ["llama", "evil"])
def test_code_in_a_model_s_folder_is_never_run(
    project: Project, tmp_path: Path, model_type: str
) -> None:
    marker = tmp_path / "ran"

    def plant(folder: Path) -> None:
        for name in ("modeling_evil", "configuration_evil", "tokenization_evil"):
            (folder / f"{name}.py").write_text(EVIL.format(marker=str(marker)))
        for name, classes in (
            ("config.json", {"AutoConfig": "configuration_evil.Evil",
                             "AutoModelForCausalLM": "modeling_evil.Evil"}),
            ("tokenizer_config.json", {"AutoTokenizer": ["tokenization_evil.Evil", None]}),
        ):  # fmt: skip
            content = json.loads((folder / name).read_text())
            content["auto_map"] = classes
            if name == "config.json":
                content["model_type"] = model_type
            (folder / name).write_text(json.dumps(content))

    if model_type == "evil":
        with pytest.raises(InputError, match=r"config\.json: .*No code from a model's folder"):
            prepared(project, plant)
    else:
        folder = prepared(project, plant)
        assert not list(folder.glob("*.py"))
        score(project, Store(tmp_path / "store"), folder)
        evaluate(project, Store(tmp_path / "store"), folder)
    assert not marker.exists()


def test_a_tag_of_yaml_runs_nothing(project: Project, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    file = project.folder / "config.yaml"
    command = f"!!python/object/apply:os.mkdir ['{marker}']"
    file.write_text(file.read_text().replace("seed: 2026", f"seed: {command}"))
    done = project.snakemake("-n")
    assert done.returncode != 0
    assert "Config file is not valid JSON or YAML" in done.stdout
    assert not marker.exists()


def test_a_folder_s_name_is_no_command(project: Project) -> None:
    name = "it's $(touch ran); `touch ran` & places"
    (project.folder / "items/places").rename(project.folder / "items" / name)
    project.configure(lambda config: config["abilities"]["places"].update(items=f"items/{name}"))
    project.run("results/importance/tiny/places.safetensors")
    assert not (project.folder / "ran").exists()
    assert "2 reused, 0 computed" in project.log("compute_importance/tiny.log")
