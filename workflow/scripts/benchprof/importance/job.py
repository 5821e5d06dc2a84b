"""One job: the importance of all abilities for one model, computing what the store lacks."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from benchprof import codebase, digests
from benchprof.abilities.item import Item, check_twins, read_items
from benchprof.configuration import CHAT_DATE
from benchprof.errors import InputError
from benchprof.importance.example import Examples, render_examples
from benchprof.importance.faults import check_finite, check_lengths, context_of
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights
from benchprof.models.family import scope_weights
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.preparation import check_content, read_card
from benchprof.sampling import sample
from benchprof.scoring.chat import prints_date
from benchprof.store import Store
from benchprof.tensors import TensorFile, write_tensors

logger = logging.getLogger(__name__)
KIND, SUFFIX = "importance", ".safetensors"


def compute_importance(
    folder: Path,
    dtype: str,
    device: str,
    scope: str,
    layers: Sequence[int] | None,
    score: str,
    loss_on: str,
    twins: bool,
    limit: int | None,
    seed: int,
    items: Mapping[str, Path],
    exclude: Mapping[str, Collection[str]],
    targets: Mapping[str, Path],
    store: Store,
    gpus: int = 1,
    on_host: bool = False,
    chat_date: str = CHAT_DATE,
) -> None:
    """Write each ability's importance to its target.

    The model is loaded once, and only where the store lacks an ability; each ability enters the
    store as soon as it is done, so that a killed job resumes at the ability.

    Args:
        folder: the prepared model.
        dtype: of the weights; scores are accumulated in float32.
        device: as configured.
        scope: mlp, attention or all_layers.
        layers: the first and the last decoder layer in scope; all if None.
        score: taylor_abs, taylor, taylor_signed, fisher or wanda.
        loss_on: all or answer.
        twins: whether the score on the items' corrupted twins is subtracted.
        limit: train items per ability at most, a seeded sample.
        seed: of the sample.
        items: each ability's file of train items.
        exclude: each ability's ids of items that are left out.
        targets: each ability's importance file.
        store: the store.
        gpus: how many the model is split over.
        on_host: whether accumulators stay off the accelerator.
        chat_date: the day that a chat template prints for today.

    Raises:
        InputError: with `twins`, an item has none; a chat template changes an answer; an item is
            longer than the model's context; or a loss or a gradient is not finite.
    """
    examples, origins = examples_and_origins(
        folder, dtype, scope, layers, score, loss_on, twins, limit, seed, items, exclude, chat_date
    )
    keys = {name: digests.of_value(origin) for name, origin in origins.items()}
    store.use(Path(os.path.commonpath(targets.values())), KIND, keys.values(), SUFFIX)
    missing = [n for n in sorted(targets) if not store.has(KIND, keys[n], SUFFIX, _key_of)]
    if missing:
        store.check_writable(KIND, [keys[name] for name in missing])
        wanted = {name: examples[name] for name in missing}
        _compute(folder, wanted, items, origins, keys, store, device, gpus, on_host)
    for name, target in targets.items():
        store.place(store.path(KIND, keys[name], SUFFIX), target)
    logger.info("%d reused, %d computed", len(targets) - len(missing), len(missing))


def examples_and_origins(
    folder: Path,
    dtype: str,
    scope: str,
    layers: Sequence[int] | None,
    score: str,
    loss_on: str,
    twins: bool,
    limit: int | None,
    seed: int,
    items: Mapping[str, Path],
    exclude: Mapping[str, Collection[str]],
    chat_date: str = CHAT_DATE,
) -> tuple[dict[str, Examples], dict[str, dict[str, Any]]]:
    """The examples of each ability, and all that decides the importance that they lead to.

    Args: as of `compute_importance`.

    Raises:
        InputError: with `twins`, an item has none; or a chat template changes an answer.
    """
    chosen = {name: used_items(path, exclude[name], limit, seed) for name, path in items.items()}
    if twins:
        for name, own in chosen.items():
            check_twins(items[name], own, "importance.twins")
    model, tokenizer = read_card(folder).digest, load_tokenizer(folder)
    examples = {
        name: render_examples(own, tokenizer, loss_on, twins, chat_date)
        for name, own in chosen.items()
    }
    # Only where the text depends on it.
    date = chat_date if prints_date(tokenizer) else None
    return examples, {
        name: origin_of(model, dtype, scope, layers, score, loss_on, twins, date, own)
        for name, own in examples.items()
    }


def origin_of(
    model: str,
    dtype: str,
    scope: str,
    layers: Sequence[int] | None,
    score: str,
    loss_on: str,
    twins: bool,
    chat_date: str | None,
    examples: Examples,
) -> dict[str, Any]:
    """All that decides an ability's importance, as its file says and the store's key is made of.

    Args:
        model: digest of the prepared model.
        dtype: of the weights.
        scope: mlp, attention or all_layers.
        layers: the first and the last decoder layer in scope; all if None.
        score: as configured.
        loss_on: all or answer.
        twins: whether the score on the items' corrupted twins is subtracted.
        chat_date: the day that the chat template prints for today; None where it prints none.
        examples: the ability's, as the model reads them.
    """
    return {
        "model": model,
        "dtype": dtype,
        "scope": scope,
        "layers": layers,
        "score": score,
        "loss_on": loss_on,
        "twins": twins,
        "chat_date": chat_date,
        "code": codebase.digest_of("importance"),
        "examples": examples.digest,
        "n_items": len(examples.items),
    }


def _compute(
    folder: Path,
    examples: Mapping[str, Examples],
    files: Mapping[str, Path],
    origins: Mapping[str, dict[str, Any]],
    keys: Mapping[str, str],
    store: Store,
    device: str,
    gpus: int,
    on_host: bool,
) -> None:
    settings = next(iter(origins.values()))
    check_content(folder)
    # Before the model is loaded: it may take minutes and a GPU.
    longest = context_of(folder)
    for name, own in examples.items():
        check_lengths(longest, files[name], own.named)
    model = load_model(folder, settings["dtype"], device, gpus)
    speed_up_gradients(model)
    memory = memory_for(model, on_host)
    weights = scope_weights(model, settings["scope"], settings["layers"])
    tokens = sum(len(e.ids) for own in examples.values() for _, e in own.named)
    with tqdm(total=tokens, unit="tok", mininterval=1) as bar:
        for name, own in examples.items():
            bar.set_description(f"importance of {name}")
            try:
                scores = score_weights(
                    model, weights, own.examples, own.twins, settings["score"], bar.update, memory
                )
            except NonFiniteLossError as error:
                item, _ = own.named[error.example + len(own.items) * error.of_twin]
                raise InputError(
                    folder, f"{error} ({name}, item {item})", "a finite loss"
                ) from error
            where = f"{folder}, {name}"
            check_finite(where, model, weights, own.named, settings["score"], scores)
            store.add(KIND, keys[name], SUFFIX, _writer(scores, origins[name]))
            del scores  # they would stay beside the next ability's


def _key_of(entry: Path) -> str:
    """The key of what a file of the store holds, which is compared with its digest."""
    return digests.of_value(TensorFile(entry).origin)


def _writer(tensors: Mapping[str, torch.Tensor], origin: Mapping[str, Any]) -> Any:
    return lambda path: write_tensors(path, tensors, dict(origin))


def used_items(path: Path, excluded: Collection[str], limit: int | None, seed: int) -> list[Item]:
    """The items of a file that importance is computed from: a seeded sample of at most `limit`."""
    items = [item for item in read_items(path) if item.id not in excluded]
    return [items[i] for i in sample([_content(item) for item in items], limit, seed)]


def _content(item: Item) -> str:
    """What of an item may reach the loss: its id, type and twin do not."""
    return digests.of_value([item.context, item.question, list(item.options), item.answer])
