"""One job: the importance of all abilities for one model, computing what the store lacks."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from benchprof import codebase, digests
from benchprof.abilities.item import check_control_items
from benchprof.errors import InputError
from benchprof.importance.alike import confirm_deterministic
from benchprof.importance.example import Examples, render_examples
from benchprof.importance.faults import check_finite, check_lengths, context_of
from benchprof.importance.items import TrainItems
from benchprof.importance.loss import NonFiniteLossError
from benchprof.importance.memory import memory_for
from benchprof.importance.rounding import rounded
from benchprof.importance.score import SCORES
from benchprof.importance.scores import score_weights
from benchprof.importance.scoring import Scoring
from benchprof.importance.unit_job import importance_of_units
from benchprof.models.allocation import give_back_freed_memory, keep_freed_memory
from benchprof.models.card import check_content, read_card
from benchprof.models.device import make_deterministic
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.scope import WEIGHT
from benchprof.models.units import scored_weights
from benchprof.origin import key_of
from benchprof.scoring.chat import TODAY, prints_date
from benchprof.store import Kind, Store
from benchprof.tensors import write_tensors

logger = logging.getLogger(__name__)
IMPORTANCE = Kind("importance", ".safetensors", key_of)


def compute_importance(
    scoring: Scoring,
    train: TrainItems,
    targets: Mapping[str, Path],
    store: Store,
    used_by: Path | None = None,
) -> None:
    """Write each ability's importance to its target.

    The model is loaded once, and only where the store lacks an ability; each ability enters the
    store as soon as it is done, so that a killed job resumes at the ability. Of units the
    attributions of each example do so, or the losses without each group (`unit_job`).

    Args:
        scoring: how weights are scored.
        train: the items.
        targets: each ability's importance file.
        store: the store.
        used_by: the results that the store notes to use its entries; the targets' folder if None.

    Raises:
        InputError: an item lacks the control item that its score asks for; a chat template changes
            an answer; an item is longer than the model's context; or a loss or a gradient is not
            finite.
    """
    examples, origins = examples_and_origins(scoring, train)
    folder = used_by or Path(os.path.commonpath(targets.values()))
    if scoring.scope.unit != WEIGHT:
        scores = importance_of_units(scoring, examples, train.files, folder, store)
        for name, target in targets.items():
            write_tensors(target, scores[name], origins[name])
        return
    keys = {name: digests.of_value(origin) for name, origin in origins.items()}
    lacking = store.lacking(folder, IMPORTANCE, keys.values())
    missing = [name for name in sorted(targets) if keys[name] in lacking]
    if missing:
        wanted = {name: examples[name] for name in missing}
        _compute(scoring, wanted, train.files, origins, keys, store)
    for name, target in targets.items():
        store.place(IMPORTANCE, keys[name], target)
    logger.info("%d reused, %d computed", len(targets) - len(missing), len(missing))


def examples_and_origins(
    scoring: Scoring, train: TrainItems
) -> tuple[dict[str, Examples], dict[str, dict[str, Any]]]:
    """The examples of each ability, and all that decides the importance that they lead to.

    Args: as of `compute_importance`.

    Raises:
        InputError: an item lacks the control item that its score asks for, or a chat template
            changes an answer.
    """
    chosen = {name: train.used(name) for name in train.files}
    if scoring.against is not None:
        for name, items in chosen.items():
            check_control_items(train.files[name], items, scoring.against, "importance.against")
    model, tokenizer = read_card(scoring.model.folder).digest, load_tokenizer(scoring.model.folder)
    examples = {
        name: render_examples(items, tokenizer, scoring.loss_on, scoring.against)
        for name, items in chosen.items()
    }
    date = TODAY if prints_date(tokenizer) else None
    return examples, {name: origin_of(model, scoring, date, own) for name, own in examples.items()}


def origin_of(
    model: str, scoring: Scoring, chat_date: str | None, examples: Examples
) -> dict[str, Any]:
    """All that decides an ability's importance, as its file says and the store's key is made of.

    Args:
        model: digest of the prepared model.
        scoring: how weights are scored; where the model lies and runs decides nothing.
        chat_date: the day that the chat template prints for today; None where it prints none.
        examples: the ability's, as the model reads them.
    """
    return {
        "model": model,
        "dtype": scoring.model.dtype,
        **scoring.scope.as_json,
        "score": scoring.score,
        **SCORES[scoring.score].settings,
        "loss_on": scoring.loss_on,
        "against": scoring.against,
        "chat_date": chat_date,
        "code": codebase.digest_of("importance.job", excluding=["importance.knock_out_scores"]),
        "examples": examples.digest,
        "n_items": len(examples.items),
        **scoring.knock_outs,
    }


def _compute(
    scoring: Scoring,
    examples: Mapping[str, Examples],
    files: Mapping[str, Path],
    origins: Mapping[str, dict[str, Any]],
    keys: Mapping[str, str],
    store: Store,
) -> None:
    folder = scoring.model.folder
    check_content(folder)
    longest = context_of(folder)
    for name, sample in examples.items():
        check_lengths(longest, files[name], sample.named)
    make_deterministic(scoring.model)
    model = load_model(scoring.model)
    confirm_deterministic(model)
    speed_up_gradients(model)
    # Products and gradients come and go; new pages for each would take as long as the products.
    keep_freed_memory(model.device)
    memory = memory_for(model, scoring.on_host)
    weights = scored_weights(model, scoring.scope)
    tokens = sum(e.tokens for sample in examples.values() for _, e in sample.named)
    with tqdm(total=tokens, unit="tok", mininterval=1) as bar:
        for name, sample in examples.items():
            bar.set_description(f"importance of {name}")
            try:
                scores = score_weights(
                    model,
                    weights,
                    sample.examples,
                    sample.control_items,
                    scoring.score,
                    bar.update,
                    memory,
                )
            except NonFiniteLossError as error:
                item, _ = sample.named[error.example + len(sample.items) * error.of_control_item]
                raise InputError(
                    folder, f"{error} ({name}, item {item})", "a finite loss"
                ) from error
            where = f"{folder}, {name}"
            check_finite(where, model, weights, sample.named, scoring.score, scores)
            store.add(IMPORTANCE, keys[name], _writer(scores, origins[name]))
            del scores  # they would stay beside the next ability's
            # So would the holes between its activations: 1.5 GB of a model of 1.5 billion.
            give_back_freed_memory()


def _writer(
    scores: MutableMapping[str, torch.Tensor], origin: Mapping[str, Any]
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        halves, exponents = rounded(scores)
        write_tensors(path, halves, dict(origin), exponents)

    return write
