"""Sections of files that people write, as typed models whose faults are told to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from benchprof.errors import InputError, did_you_mean
from benchprof.expansion import ExpansionError


class Section(BaseModel):
    """A section: unknown keys are faults, and 1 is no `true`.

    A field's `description` is quoted in messages as what is allowed.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, regex_engine="python-re", allow_inf_nan=False
    )


Kind = TypeVar("Kind", bound=Section)
Value = TypeVar("Value")


def _each_once(values: list[Value]) -> list[Value]:
    if any(value in values[:number] for number, value in enumerate(values)):
        raise ValueError("a value twice")
    return values


EachOnce = AfterValidator(_each_once)
"""Of a list: no value stands in it twice."""
Text = Annotated[str, Field(min_length=1)]


def read_section(kind: type[Kind], value: Any, source: str) -> Kind:
    """A value from a YAML file as a section.

    Args:
        kind: the section's type.
        value: as loaded.
        source: the file named in messages.

    Raises:
        InputError: names the file, the key path, the value and what is allowed, of the first fault.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    raise _as_input_error(kind, value, min(faults, key=_rank), source)


def _rank(fault: ErrorDetails) -> tuple[bool | str, ...]:
    """Names first: what stands under a wrong one may be meant for another place, or be missing."""
    loc = fault["loc"]
    return loc[-1:] != ("[key]",), fault["type"] != "extra_forbidden", *map(str, loc)


def _as_input_error(
    kind: type[Section], value: Any, fault: ErrorDetails, source: str
) -> InputError:
    path, allowed, section = _place(kind, fault["loc"])
    if section is not None and fault["type"] in ("extra_forbidden", "missing"):
        path = path[:-1]
    found = value
    for step in path:
        # A key that is no text has its text in the path.
        found = found[int(step)] if isinstance(found, list) else found.get(step)
    where = f"{source}, {'.'.join(map(str, path))}" if path else source
    if section is not None and fault["type"] == "extra_forbidden":
        return _unknown_key(str(fault["loc"][-1]), sorted(section.model_fields), source, path)
    if section is not None and fault["type"] == "missing":
        required = [name for name, own in section.model_fields.items() if own.is_required()]
        missing = sorted(set(required) - set(found))
        return InputError(
            where,
            f"lacks {', '.join(missing)}",
            "all of " + ", ".join(required),
            "Add what is missing; docs/reference/configuration.md explains each key.",
        )
    if fault["loc"][-1:] == ("[key]",):
        return InputError(where, f"the name {fault['loc'][-2]!r}", str(allowed))
    expected = allowed or fault["msg"].removeprefix("Input should be ")
    cause = fault.get("ctx", {}).get("error")
    remedy = str(cause) if isinstance(cause, ExpansionError) else ""
    return InputError(where, _shown(found), expected, remedy)


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _unknown_key(
    key: str, known: Sequence[str], source: str, path: Sequence[str | int]
) -> InputError:
    remedy = did_you_mean(key, known, "Remove it or check the spelling.")
    expected = "one of " + ", ".join(known) if known else "no keys here"
    return InputError(
        f"{source}, {'.'.join(map(str, (*path, key)))}", "unknown key", expected, remedy
    )


def _place(
    kind: type[Section], loc: Sequence[str | int]
) -> tuple[list[str | int], str | None, type[Section] | None]:
    """Where a fault is as keys of the file, what is allowed there, and the section it is in.

    None for the section where the fault is inside a union that is named as a whole.
    """
    path: list[str | int] = []
    allowed: str | None = None
    annotation: Any = kind
    section = kind
    steps = list(loc)
    while steps:
        annotation, allowed = _plain(annotation, allowed)
        step, origin = steps[0], get_origin(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Section):
            section = annotation
            path.append(steps.pop(0))
            field = section.model_fields.get(str(step))
            if field is None:
                break
            annotation, allowed = field.annotation, field.description
        elif origin is dict:
            names, values = get_args(annotation)
            if steps[1:2] == ["[key]"]:
                return path, _plain(names, allowed)[1], section
            path.append(steps.pop(0))
            annotation = values
            allowed = None
        elif origin is list:
            path.append(steps.pop(0))
            (annotation,) = get_args(annotation)
            allowed = None
        elif (member := _member(annotation, step)) is not None:
            annotation = member
            steps.pop(0)
        else:
            # Of a union whose members have no keys of their own: the whole is named.
            return path, allowed, None
    return path, _plain(annotation, allowed)[1], section


def _plain(annotation: Any, allowed: str | None) -> tuple[Any, str | None]:
    """An annotation without None and what stands beside the type, and the description in that."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *beside = get_args(annotation)
            described = [own.description for own in beside if isinstance(own, FieldInfo)]
            allowed = next((text for text in described if text), allowed)
        elif type(None) in get_args(annotation) and len(get_args(annotation)) == 2:
            annotation = next(own for own in get_args(annotation) if own is not type(None))
        else:
            return annotation, allowed


def _member(annotation: Any, tag: str | int) -> Any:
    """The member of a union that a tag stands for; None where it is none."""
    for member in get_args(annotation):
        if get_origin(member) is Annotated and Tag(str(tag)) in get_args(member)[1:]:
            return member
    return None
