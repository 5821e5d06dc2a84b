"""Keys and values that earlier versions knew, and what each is called now or what to do instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchprof.errors import InputError

_WAYS = (
    "Give each way a configuration, and put their effects side by side with `python -m "
    "benchprof.analysis.ways` (docs/explanation/analysis.md)."
)
_CHECKED = "Every model is checked, and its card.json says where its abilities lie."
_EVERY = (
    "Every selection and mask fraction must recover what is planted: name only those that should."
)
_BOUNDS = "The bounds are fixed in benchprof/validation/verdict.py."
_SUM = "Take sum, or ratio with pool."
_POOL = "A validation draws no pool of items any more."
_NEW_NAMES = {
    "benchmarks.*.companion": "control_item",
    "calibration.fractions": "mask_fractions",
    "fractions": "mask_fractions",
    "importance.against=blank": "uninformative",
    "importance.against=flip": "counterfactual",
    "importance.loss_on=choice": "option_cross_entropy",
}
"""By dotted key: the words of this version."""
REMOVED: dict[str, str] = {
    "archive": "Remove it: an archive has the project's items, and the digests of others.",
    "ablation.scale": "Take `ablation: zero` or `ablation: mean`.",
    "ablation_of": "Remove it: the mask itself is ablated in every run.",
    "ablation=flip": "Take zero or mean.",
    "benchmarks.*.fewshot_draw": "Remove it: all items of a task share one draw of examples.",
    "chat_date": "Remove it: chat templates print 2024-07-26 in every run.",
    "comparison": _WAYS,
    "fraction_of": "Remove it: a mask fraction is a share of the whole model. Give a larger one.",
    "importance.replicated": "Remove it: a score is made of all train items.",
    "importance.score=fisher": "Take taylor_abs, which ranks weights much alike.",
    "importance.score=wanda": "Take taylor_abs: without gradients no blocks were found.",
    "importance.toward": "Remove it: an attribution takes a unit to zero.",
    "selections.specific.background": "Remove it: an ability is contrasted with the others.",
    "selections.specific.definition=diff": _SUM,
    "selections.specific.definition=exclude": "Take ratio with a large pool, and in_top_of.",
    "selections.specific.definition=max": _SUM,
    "selections.specific.others": "Remove it: an ability is contrasted with the others' mean.",
    "selections.top.within=tensor": "Take model, or chunk as the paper's code does.",
    "validation.planted": _CHECKED,
    "validation.entangled": _CHECKED,
    "validation.selection": _EVERY,
    "validation.fraction": _EVERY,
    "validation.thresholds": _BOUNDS,
    "validation.thresholds_of": _BOUNDS,
    "validation.items_of_each_kind": _POOL,
    "validation.draws": _POOL,
    "validation.drawn_items": _POOL,
    **{old: f"It is called {new} now." for old, new in _NEW_NAMES.items()},
    "selections.specific": "It is called contrastive now.",
}
"""By dotted key, in which `*` is any name; `KEY=VALUE` means this value of the key alone."""


def check_removed(config: Mapping[str, Any], source: str) -> None:
    """Stop at a key or a value that is no longer there.

    Args:
        config: the configuration as loaded.
        source: the files named in messages.

    Raises:
        InputError: names the key and what to do instead.
    """
    for pattern, instead in REMOVED.items():
        key, _, value = pattern.partition("=")
        for path, found in _found(config, key.split("."), ()):
            if not value or str(found) == value:
                what = f"the value {value}" if value else "a key"
                raise InputError(
                    f"{source}, {path}", f"{what} of earlier versions", "none", instead
                )


def _found(value: Any, steps: Sequence[str], path: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The dotted keys that the steps lead to, with their values."""
    if not steps:
        yield ".".join(path), value
    elif isinstance(value, Mapping):
        for name in value if steps[0] == "*" else [steps[0]]:
            if name in value:
                yield from _found(value[name], steps[1:], (*path, str(name)))
