"""Items of scenes: what ten abilities share, and what the companions change."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchprof.abilities.item import Item
from benchprof.errors import InputError
from benchprof.generators.crossed.claim import neutral, told
from benchprof.generators.crossed.drawing import draw_items
from benchprof.generators.crossed.scene import FORMS, Questions, Scene, read_scenes

ABILITIES = sorted(Questions.model_fields)
MEANING = [a for a in ABILITIES if a not in ("contextual_recall", "inductive_reasoning")]
OPTIONS = ["the kettle", "the ladder", "the lamp", "the pillow"]
SENTENCE = "An aunt left {A}, a cook {C}, a sailor {B} and a nurse {D}."


def meaning(name: str) -> dict[str, object]:
    asks = [f"the {name} of the first", f"the {name} of the other"]
    return {
        "operation": "kind",
        "level": "easy",
        "answers": [1, 3],
        "asks": asks,
        "blank": f"the {name} of the unknown",
    }


def scene(number: int = 0, split: str = "train", form: str = "thing") -> dict[str, Any]:
    questions: dict[str, object] = {ability: meaning(ability) for ability in MEANING}
    questions["contextual_recall"] = {
        "operation": "stated",
        "level": "easy",
        "sentence": SENTENCE,
        "ask": "the legacy of the aunt",
    }
    questions["inductive_reasoning"] = {
        "operation": "category",
        "level": "hard",
        "answers": [4, 2],
        "examples": [["the quilt", "the sheet", "the rug", "the mat"], ["a", "b", "c", "d"]],
        "ask": "the next of the legacies",
    }
    return {
        "scene": f"{form}-{number:03d}",
        "split": split,
        "options": OPTIONS,
        "frame": "at stall seven, which piece is {ask}?",
        "report": "one customer said that {claim}.",
        "questions": questions,
    }


OTHER = ["the owls", "the yaks", "the emus", "the rams"]


def scenes(count: int) -> list[Scene]:
    """As many as asked for, and one more, whose options the reports of the others name."""
    own = [scene(number) for number in range(count)]
    return [Scene.model_validate(one) for one in (*own, scene(999) | {"options": OTHER})]


def items_of(ability: str, count: int = 1) -> list[Item]:
    return draw_items(ability, "train", scenes(count), count, seed=7)


def answer(item: Item) -> str:
    return item.options[item.answer]


def sentence_with(slots: list[str]) -> str:
    text = SENTENCE
    for slot, filler in zip("ABCD", slots, strict=True):
        text = text.replace(f"{{{slot}}}", filler)
    return text


def test_abilities_that_need_no_sentence_share_text_and_options():
    for number in range(12):
        own = [items_of(ability, 12)[number] for ability in MEANING]
        assert len({item.context for item in own}) == 1
        assert {frozenset(item.options) for item in own} == {frozenset(OPTIONS)}


def test_a_question_is_the_frame_with_the_phrase_of_the_side_that_is_right():
    for item in items_of("spatial_reasoning", 12):
        side = {"the kettle": "first", "the lamp": "other"}[answer(item)]
        ask = f"the spatial_reasoning of the {side}"
        assert item.question == f"At stall seven, which piece is {ask}?"
        flip = item.companions["flip"]
        assert {answer(item), item.options[flip.answer]} == {"the kettle", "the lamp"}
        assert flip.context == item.context


def test_recall_reads_its_answer_off_the_sentence_and_the_flip_trades_two_places():
    for item in items_of("contextual_recall", 12):
        flip = item.companions["flip"]
        one, other = answer(item), item.options[flip.answer]
        assert one != other
        assert f"An aunt left {one}," in item.context
        assert f"An aunt left {other}," in flip.context
        traded = item.context.replace(one, "@").replace(other, one).replace("@", other)
        assert flip.context == traded


def test_induction_fills_the_same_sentence_with_its_examples():
    for item in items_of("inductive_reasoning", 12):
        own = ["a", "b", "c", "d"] if answer(item) == "the ladder" else ["the quilt", "the sheet"]
        assert all(f" {example}" in item.context for example in own)
        assert not any(option in item.context for option in OPTIONS)
        other = item.options[item.companions["flip"].answer]
        assert {answer(item), other} == {"the pillow", "the ladder"}


def test_a_read_off_states_the_answer_where_the_item_says_something_as_long():
    for ability in ABILITIES:
        for item in items_of(ability, 12):
            read_off = item.companions["read_off"]
            assert f"the right answer was {answer(item)}." in read_off.context
            assert len(read_off.context.split()) == len(item.context.split())
            assert (read_off.question, read_off.answer) == (item.question, item.answer)


def test_a_blank_lacks_what_leads_to_the_answer():
    recall = items_of("contextual_recall")[0].companions["blank"]
    assert not any(option in recall.context for option in OPTIONS)
    [meant] = items_of("deductive_reasoning")
    blank = meant.companions["blank"]
    assert blank.question.endswith("the deductive_reasoning of the unknown?")
    assert blank.context == meant.context


def test_the_sentence_stands_under_about_eight_in_ten_of_the_shared_texts():
    with_sentence = sum("An aunt" in item.context for item in items_of("spatial_reasoning", 400))
    assert 288 < with_sentence < 352  # 320 expected, its standard deviation 8


def test_answers_stand_at_each_position_equally_often():
    positions = Counter(item.answer for item in items_of("temporal_reasoning", 40))
    assert positions == {0: 10, 1: 10, 2: 10, 3: 10}


def test_the_same_seed_gives_the_same_items():
    assert items_of("temporal_reasoning", 8) == items_of("temporal_reasoning", 8)


def test_a_split_has_items_of_its_own_scenes_alone():
    every = [Scene.model_validate(scene(n, ["train", "test"][n % 2])) for n in range(6)]
    every[-1] = every[-1].model_copy(update={"options": OTHER})
    own = draw_items("spatial_reasoning", "test", every, 3, 0)
    assert [item.template for item in own] == ["thing-001", "thing-003", "thing-005"]
    with pytest.raises(ValueError, match="3 scenes of test, 4 wanted"):
        draw_items("spatial_reasoning", "test", every, 4, 0)


def test_the_report_of_an_item_names_an_option_of_another_scene_of_its_form():
    other = scene(1) | {"options": ["the owl", "the yak", "the emu", "the ram"]}
    place = scene(2, form="place") | {"options": ["Peru", "Oman", "Fiji", "Togo"]}
    every = [Scene.model_validate(own) for own in (scene(), other, place, scene(3, form="place"))]
    for item in draw_items("spatial_reasoning", "train", every, 2, 0):
        [named] = re.findall("usual answer was the ([a-z]+)", item.context)
        assert f"the {named}" in OPTIONS + other["options"]
        assert f"the {named}" not in item.options


def test_a_clause_stands_in_quotation_marks():
    assert told("it rains", "clause") == 'the right answer was "it rains"'
    assert neutral("it rains", "clause") == 'the usual answer was "it rains"'
    assert told("Peru", "place") == "the right answer was Peru"


def test_scenes_are_read_by_number_and_a_fault_names_file_and_key(tmp_path: Path):
    for form in FORMS:
        own = [scene(number, form=form) for number in (1, 0)]
        (tmp_path / f"{form}.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    names = [own.scene for own in read_scenes(tmp_path)]
    assert names[:3] == ["person-000", "thing-000", "day-000"]
    assert names[6] == "person-001"
    faulty = scene() | {"split": "dev"}
    (tmp_path / "thing.yaml").write_text(yaml.safe_dump([faulty]), encoding="utf-8")
    with pytest.raises(InputError, match=r"thing\.yaml, thing-000.*split.*'dev'"):
        read_scenes(tmp_path)
