"""Reading items: what is written comes back, and each fault is one paragraph that names it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import json_values

from benchprof.abilities.item import (
    CONTROL_ITEMS,
    DIFFICULTIES,
    ControlItem,
    Item,
    check_control_items,
    control_item_of,
    read_items,
)
from benchprof.errors import InputError

GOOD: dict[str, Any] = {
    "id": "one",
    "family": "sum",
    "context": "",
    "question": "What is 1 + 1?",
    "options": ["2", "3"],
    "answer": 0,
}

any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
full_text = any_text.filter(str.strip)
options = st.lists(full_text, min_size=2, max_size=6, unique_by=str.strip).map(tuple)


@st.composite
def control_items(draw: st.DrawFn, number: int, answer: int) -> dict[str, ControlItem]:
    others = [index for index in range(number) if index != answer]
    return {
        kind: ControlItem(
            draw(any_text),
            draw(full_text),
            draw(st.sampled_from(others)) if kind == "counterfactual" else answer,
        )
        for kind in draw(st.sets(st.sampled_from(CONTROL_ITEMS)))
    }


@st.composite
def items(draw: st.DrawFn) -> Item:
    texts = draw(options)
    answer = draw(st.integers(0, len(texts) - 1))
    return Item(
        id=draw(full_text),
        family=draw(full_text),
        context=draw(any_text),
        question=draw(full_text),
        options=texts,
        answer=answer,
        answer_type=draw(any_text),
        style=draw(any_text),
        difficulty=draw(st.sampled_from(("", *DIFFICULTIES))),
        control_items=draw(control_items(len(texts), answer)),
    )


@given(st.lists(items(), min_size=1, max_size=4, unique_by=lambda item: item.id))
def test_items_come_back_as_written(tmp_path_factory: pytest.TempPathFactory, given_: list[Item]):
    path = tmp_path_factory.mktemp("items") / "train.jsonl"
    lines = (json.dumps(item.to_json(), ensure_ascii=False) for item in given_)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert read_items(path) == given_


def test_optional_fields_that_are_empty_are_not_written():
    assert Item("one", "sum", "", "1 + 1?", ("2", "3"), 0).to_json() == GOOD | {
        "question": "1 + 1?"
    }


def test_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text(f"\n{json.dumps(GOOD)}\n\n", encoding="utf-8-sig")
    assert [item.id for item in read_items(path)] == ["one"]


COUNTERFACTUAL = {"context": "", "question": "What is 1 + 2?", "answer": 1}
UNINFORMATIVE = {"context": "", "question": "What is 1 + some?"}


def test_only_a_counterfactual_has_another_answer(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    value = GOOD | {
        "control_items": {"uninformative": UNINFORMATIVE, "counterfactual": COUNTERFACTUAL}
    }
    path.write_text(json.dumps(value) + "\n")
    (item,) = read_items(path)
    assert {kind: own.answer for kind, own in item.control_items.items()} == {
        "counterfactual": 1, "uninformative": 0,
    }  # fmt: skip
    assert item.to_json() == value
    assert list(item.to_json()["control_items"]) == list(CONTROL_ITEMS)
    counterfactual = control_item_of(item, "counterfactual")
    assert (counterfactual.question, counterfactual.options, counterfactual.answer) == (
        "What is 1 + 2?",
        item.options,
        1,
    )
    assert control_item_of(item, "uninformative").answer == item.answer
    assert counterfactual.id == item.id
    assert not counterfactual.control_items
    # A set of items needs hashes.
    assert len({item, counterfactual, *read_items(path)}) == 2


def test_the_item_that_lacks_a_control_item_is_named(tmp_path: Path):
    item = Item(
        "two",
        "sum",
        "",
        "1 + 1?",
        ("2", "3"),
        0,
        control_items={"counterfactual": ControlItem("", "?", 1)},
    )
    check_control_items(tmp_path, [item], "counterfactual", "importance.against")
    with pytest.raises(InputError) as error:
        check_control_items(tmp_path, [item], "uninformative", "importance.against")
    assert str(error.value) == (
        f"{tmp_path}, item two: it has no control item 'uninformative'; expected one in every "
        "item. Write the control item or remove `importance.against`."
    )


def with_control_item(kind: str, value: Any) -> dict[str, Any]:
    return GOOD | {"control_items": {kind: value}}


def message(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_items(path)
    text = str(error.value)
    assert "\n" not in text
    assert str(path) in text
    assert "expected" in text
    return text


FAULTY: list[tuple[Any, str]] = [
    ([], "a list"),
    ({k: v for k, v in GOOD.items() if k not in ("id", "answer")}, "lacks 'answer', 'id'"),
    (GOOD | {"anwser": 1}, "unknown field 'anwser'"),
    (GOOD | {"question": 3}, ", question: 3 (int)"),
    (GOOD | {"answer": True}, ", answer: True (bool)"),
    (GOOD | {"answer": 1.0}, ", answer: 1.0 (float)"),
    (GOOD | {"style": None}, ", style: None (NoneType)"),
    (GOOD | {"control_items": "none"}, ", control_items: 'none' (str)"),
    (GOOD | {"id": " "}, ", id: empty"),
    (GOOD | {"family": ""}, ", family: empty"),
    (GOOD | {"question": "\n"}, ", question: empty"),
    (GOOD | {"options": ["2"]}, ", options: ['2']"),
    (GOOD | {"options": [str(number) for number in range(27)]}, "2 to 26 texts"),
    (GOOD | {"options": ["2", " "]}, "none empty"),
    (GOOD | {"options": ["2", 3]}, ", options: ['2', 3]"),
    (GOOD | {"options": ["2", " 2"]}, "options that all differ"),
    (GOOD | {"answer": 2}, ", answer: 2 where there are 2 options"),
    (GOOD | {"answer": -1}, ", answer: -1 where there are 2 options"),
    (GOOD | {"twin": UNINFORMATIVE}, "Rename `twin` to `control_items: {uninformative: ...}`."),
    (
        with_control_item("blnk", UNINFORMATIVE),
        "unknown control item 'blnk'; expected control items among counterfactual",
    ),
    (
        with_control_item("uninformative", "none"),
        ", control_items.uninformative: 'none'; expected an object of context",
    ),
    (
        with_control_item("uninformative", {"context": ""}),
        ", control_items.uninformative: {'context': ''}",
    ),
    (
        with_control_item("uninformative", UNINFORMATIVE | {"answer": 0}),
        "an object of context, question. The format",
    ),
    (
        with_control_item("uninformative", COUNTERFACTUAL),
        ", control_items.uninformative: {'context': ''",
    ),
    (
        with_control_item("uninformative", UNINFORMATIVE | {"question": 1}),
        ", control_items.uninformative.question: 1 (int)",
    ),
    (
        with_control_item("uninformative", UNINFORMATIVE | {"question": " "}),
        ", control_items.uninformative.question: empty",
    ),
    (
        with_control_item("counterfactual", UNINFORMATIVE),
        "an object of context, question, answer. The format",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": "1"}),
        ", control_items.counterfactual.answer: '1' (str)",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": True}),
        ", control_items.counterfactual.answer: True (bool)",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": None}),
        ", control_items.counterfactual.answer: None (NoneType)",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": 0}),
        "the item's answer is 0; expected the index of",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": 2}),
        ".answer: 2 where there are 2 options",
    ),
    (
        with_control_item("counterfactual", COUNTERFACTUAL | {"answer": -1}),
        ".answer: -1 where there are 2 options",
    ),
    (GOOD | {"difficulty": "harsh"}, ", difficulty: 'harsh'; expected one of easy, medium, hard"),
]


@pytest.mark.parametrize(("value", "fault"), FAULTY)
def test_a_faulty_line_is_named(tmp_path: Path, value: Any, fault: str):
    path = tmp_path / "train.jsonl"
    path.write_text(f"{json.dumps(GOOD | {'id': 'zero'})}\n{json.dumps(value)}\n")
    text = message(path)
    assert f"{path}, line 2" in text
    assert fault in text


def test_a_line_that_is_not_json_is_named(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{{'id': 'two'}}\n")
    assert f"{path}, line 2: not JSON" in message(path)


def test_an_id_used_twice_is_named_with_both_lines(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{json.dumps(GOOD)}\n")
    assert f"{path}, line 3: id 'one' stands also at {path}, line 1" in message(path)


def test_a_missing_file_is_named(tmp_path: Path):
    assert "no such file" in message(tmp_path / "train.jsonl")


def test_an_empty_file_is_named(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text("\n")
    assert "the file is empty" in message(path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_bytes('{"id": "Zoë"}'.encode("latin-1"))
    assert "byte 10 is not UTF-8" in message(path)


NAMED: list[tuple[bytes, str]] = [
    (b'{"id": "a\x00b"}', "not JSON"),
    (b'{"id": "a\\u0000b"}', "a text with a NUL character"),
    (b'{"id": "\\ud800"}', "half of a surrogate pair"),
    (b'{"id": "a", "id": "b"}', "the key 'id' occurs twice"),
    (b'{"answer": NaN}', "NaN is no JSON number"),
    (b'{"answer": ' + b"1" * 5000 + b"}", "not JSON that can be read"),
    (b"[" * 100_000, "not JSON that can be read"),
    ('{"id": "a"}'.encode("utf-16"), "byte 0 is not UTF-8"),
    ('{"id": "a"}'.encode("utf-16-le"), "not JSON"),
]


@pytest.mark.parametrize(("line", "fault"), NAMED)
def test_a_line_that_harms_is_named(tmp_path: Path, line: bytes, fault: str):
    path = tmp_path / "train.jsonl"
    path.write_bytes(line + b"\n")
    assert fault in message(path)


def test_an_escaped_backslash_is_no_nul(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(GOOD | {"question": "What does \\u0000 mean?"}) + "\n")
    assert read_items(path)[0].question == "What does \\u0000 mean?"


def test_a_huge_line_is_read(tmp_path: Path):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(GOOD | {"context": "a" * 10_000_000}) + "\n")
    assert len(read_items(path)[0].context) == 10_000_000


values = json_values(list(GOOD))
faulty_lines = (
    st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from([*GOOD, "control_items", "difficulty"]), values).map(
        lambda changed: json.dumps(GOOD | changed).encode()
    )
    | st.dictionaries(
        st.sampled_from(CONTROL_ITEMS), values | st.just(COUNTERFACTUAL) | st.just(UNINFORMATIVE)
    ).map(lambda given: json.dumps(GOOD | {"control_items": given}).encode())
)


@given(st.lists(faulty_lines, max_size=3))
def test_any_bytes_are_items_or_one_paragraph(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
):
    path = tmp_path_factory.getbasetemp() / "fuzzed.jsonl"
    path.write_bytes(b"\n".join(lines))
    try:
        for item in read_items(path):
            json.dumps(item.to_json(), ensure_ascii=False).encode()
    except InputError as error:
        assert str(path) in str(error)
        assert "expected" in str(error)
