"""One job: the super set of a model, by what its ablation does to a neutral text."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from benchprof import codebase, digests
from benchprof.errors import InputError
from benchprof.files import write_csv
from benchprof.importance.alike import confirm_deterministic
from benchprof.importance.example import Example
from benchprof.importance.faults import context_of
from benchprof.importance.loss import text_losses
from benchprof.masks.shares import Shares, check_comparable
from benchprof.masks.super_set import SUPER_RISE, Ranking, Search, most_entries, ranking_of, search
from benchprof.models.ablation import ablated, in_weights
from benchprof.models.card import check_content
from benchprof.models.device import make_deterministic
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.models.units import scored_weights
from benchprof.origin import read_origin
from benchprof.store import Kind, Store
from benchprof.tensors import TensorFile

DECIDED_BY = ("unit", "score", "importance", "text", "threshold", "code")
logger = logging.getLogger(__name__)


def key_of(entry: Path) -> str:
    """The key of what a set of the store is, which is compared with its digest."""
    return key_of_origin(read_mask(entry).origin)


def key_of_origin(origin: Mapping[str, Any]) -> str:
    """The key of what a set's metadata say that made it."""
    return digests.of_value({name: origin[name] for name in DECIDED_BY if name in origin})


SUPER_SETS = Kind("super", ".safetensors", key_of)


def find_super(
    prepared: PreparedModel,
    importances: Mapping[str, Path],
    text: Path,
    target: Path,
    table: Path,
    store: Store,
) -> None:
    """Write the super set of a model, as a mask, and the loss of the text by what is ablated.

    The model is loaded only where the store lacks the set. Entries become 0, whatever the run's
    ablation is.

    Args:
        prepared: the model.
        importances: each ability's importance file.
        text: the neutral text.
        target: of the set.
        table: the CSV file of the losses.
        store: the store.

    Raises:
        InputError: importances differ in what made them, or the intact model's loss of the text is
            not finite.
    """
    # In the order of the names: a mean over abilities must not depend on the configuration's.
    importances = dict(sorted(importances.items()))
    example = neutral_example(prepared.folder, text)
    origin = origin_of({name: read_origin(path) for name, path in importances.items()}, example)
    key = digests.of_value(origin)
    if store.lacking(target.with_suffix(""), SUPER_SETS, [key]):
        files = {name: TensorFile(path) for name, path in importances.items()}
        check_comparable({file.path: file.origin for file in files.values()})
        shares = Shares.of_files(files)
        ranking = ranking_of(shares, most_entries(shares.size))
        check_content(prepared.folder)
        make_deterministic(prepared)
        model = load_model(prepared)
        confirm_deterministic(model)
        found = search(len(ranking.order), _losses(model, ranking, files, example))
        if not math.isfinite(found.losses[0]):
            where = prepared.folder
            raise InputError(where, f"a loss of {found.losses[0]} of {text}", "a finite loss")
        own = Mask(ranking.first(found.count), origin | _told(found))
        store.add(SUPER_SETS, key, functools.partial(write_mask, mask=own))
    store.place(SUPER_SETS, key, target)
    told = read_origin(target)
    write_csv(table, _losses_table(told["losses"]), digits=6)
    logger.info("%d %ss, found by %d losses", told["n"], told["unit"], len(told["losses"]))


def neutral_example(folder: Path, text: Path) -> Example:
    """The neutral text as a model reads it, without a chat template, every token but the first.

    What exceeds the model's context is cut off.

    Raises:
        InputError: the tokenizer makes fewer than two tokens of it.
    """
    ids = load_tokenizer(folder)(text.read_text(encoding="utf-8"))["input_ids"]
    kept = torch.tensor(ids[: context_of(folder)])
    if len(kept) < 2:
        raise InputError(folder, f"{len(kept)} tokens of {text}", "a tokenizer that reads prose")
    return Example(kept, torch.arange(len(kept)) > 0)


def origin_of(importances: Mapping[str, Mapping[str, Any]], example: Example) -> dict[str, Any]:
    """All that decides a super set, as its metadata say and the store's key is made of.

    Args:
        importances: what made each ability's importance.
        example: the neutral text.
    """
    first = next(iter(importances.values()))
    return {
        "unit": first["unit"],
        "score": first["score"],
        "importance": dict(importances),
        "text": example.digest,
        "threshold": SUPER_RISE,
        "code": code_digest(),
    }


def _losses(
    model: torch.nn.Module,
    ranking: Ranking,
    files: Mapping[str, TensorFile],
    example: Example,
) -> Callable[[int], float]:
    """The loss of the text without so many first entries, nats a token."""
    scope = Scope.from_json(next(iter(files.values())).origin)
    weights = scored_weights(model, scope)

    @torch.no_grad()
    def loss_of(count: int) -> float:
        mask = Mask(ranking.first(count), {"unit": scope.unit})
        with ablated(weights, in_weights(model, mask), "zero"):
            return float(text_losses(model, [example])[0]) / int(example.counted.sum())

    return loss_of


def _told(found: Search) -> dict[str, Any]:
    """What metadata say of a search; null for a loss that is not a number."""
    losses = {
        count: loss if math.isfinite(loss) else None for count, loss in sorted(found.losses.items())
    }
    listed = [[count, loss] for count, loss in losses.items()]
    return {"loss": losses[0], "loss_without": losses[found.count], "losses": listed}


def _losses_table(losses: Sequence[Sequence[float | None]]) -> pd.DataFrame:
    """A row for each number of ablated entries; empty where the loss is not a number."""
    table = pd.DataFrame(losses, columns=["n", "loss"])
    table["rise"] = table["loss"] - table["loss"][0]
    return table


def code_digest() -> str:
    """Digest of the code that decides super sets."""
    return codebase.digest_of("masks.super_job")
