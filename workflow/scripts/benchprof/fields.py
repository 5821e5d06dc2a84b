"""Values that several sections have, and how kinds of a section are told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from benchprof.expansion import expanded


def _expanded(value: Any) -> Any:
    return expanded(value) if isinstance(value, str) else value


EXPANDED = BeforeValidator(_expanded)
"""Of every path: `~` and `$VARIABLE` are replaced before anything else is looked at."""

Directory = Annotated[str, Field(min_length=1, description="a folder"), EXPANDED]
ItemsFile = Annotated[
    str, Field(pattern=r"\.jsonl$", description="a JSON Lines file (.jsonl)"), EXPANDED
]
Flag = Annotated[bool, Field(description="true or false")]
Limit = Annotated[int, Field(ge=1, description="a whole number of items, 1 or more")]
Share = Annotated[float, Field(gt=0, lt=1, description="a number above 0 and below 1")]
ControlItemKind = Annotated[
    Literal["counterfactual", "uninformative"],
    Field(description="one of counterfactual, uninformative"),
]
ScopeName = Literal["mlp", "attention", "mixer", "experts", "all_layers"]
"""What of the decoder layers may be ablated: one of their parts, or all of them."""
SCOPES = f"one of {', '.join(get_args(ScopeName))}"
Unit = Annotated[
    Literal["weight", "neuron", "head"], Field(description="one of weight, neuron, head")
]
"""What has a score and is ablated as a whole."""
# Names become folders and files. `$` alone would let a line break follow.
Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$(?!\n)",
        max_length=60,
        description="lower-case letters, digits, '-' and '_', starting and ending with a letter "
        "or digit",
    ),
]
# As people write them. The ending of a file would make a folder results/figures/pipeline.png.
ModelName = Annotated[
    str,
    Field(
        pattern=r"^(?!.*\.[A-Za-z]+$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)",
        max_length=60,
        description="letters, digits, '.', '-' and '_', at most 60, starting and ending with a "
        "letter or digit, without the ending of a file such as .png",
    ),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def kind_by(kinds: Mapping[str, frozenset[str]], exact: bool) -> Callable[[Any], str | None]:
    """A function that tells which kind of section a mapping is, by the keys that it must have."""

    def kind_of(value: Any) -> str | None:
        if not isinstance(value, Mapping):
            return None
        own = [
            kind
            for kind, keys in kinds.items()
            if (keys == set(value) if exact else keys & set(value))
        ]
        return own[0] if len(own) == 1 else None

    return kind_of
