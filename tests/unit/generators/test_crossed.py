"""Items of scenes: what ten abilities share, and what the companions change."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.abilities.checks.matching import place
from benchprof.abilities.item import SPLITS, Item, read_items
from benchprof.errors import InputError
from benchprof.generators.crossed.drawing import RECALL, draw_items, stage_scenes
from benchprof.generators.crossed.scene import (
    FORMS,
    SHAPES,
    Questions,
    Scene,
    has_shape,
    read_scenes,
)
from benchprof.generators.crossed.text import speaker

WRITTEN = sorted(Questions.model_fields)
MEANING = [ability for ability in WRITTEN if ability != "inductive_reasoning"]
OPTIONS = ["the kettle", "the ladder", "the lamp", "the pillow"]
OTHERS = ["the owl", "the yak", "the emu", "the ram"]
CLAIM = re.compile(r"(usual|right) answer was (.+?)\.")
LIST = re.compile(r"last answers were (.+?), (.+?) and (.+?)\.")


def meaning(name: str) -> dict[str, Any]:
    return {
        "operation": "kind",
        "level": "easy",
        "answers": [1, 3],
        "asks": [f"the {name} side of the first's turn", f"the {name} side of the other's turn"],
        "blank": f"the {name} side of the unknown's turn",
    }


def scene(
    number: int = 0,
    split: str = "train",
    form: str = "thing",
    options: list[str] = OPTIONS,
) -> Scene:
    questions: dict[str, Any] = {ability: meaning(ability) for ability in MEANING}
    questions["inductive_reasoning"] = {
        "operation": "category",
        "level": "hard",
        "answers": [4, 2],
        "examples": [["the quilt", "the sheet", "the rug", "the mat"], ["a", "b", "c", "d"]],
        "ask": "the next member of the shop's series",
    }
    return Scene.model_validate(
        {
            "scene": f"{form}-{number:03d}",
            "split": split,
            "shape": "2+2's",
            "options": options,
            "frame": "at stall seven, which piece is {ask}?",
            "report": "one customer said that {claim}.",
            "questions": questions,
        }
    )


def drawn(scenes: Sequence[Scene], count: int, seed: int, split: str = "train",
          ability: str = "spatial_reasoning") -> list[Item]:  # fmt: skip
    return draw_items(ability, split, stage_scenes(scenes, split, count, seed), seed)


def items_of(ability: str, count: int = 12, split: str = "train") -> list[Item]:
    """Of as many scenes with the same options; one more has the options of their texts."""
    own = [scene(4 * number, split) for number in range(count)]
    return drawn([*own, scene(999, split, options=OTHERS)], count, 7, split, ability)


def answer(item: Item) -> str:
    return item.options[item.answer]


def flipped(item: Item) -> str:
    return item.options[item.companions["flip"].answer]


def named(context: str) -> tuple[str, list[str]]:
    """The usual answer and the list of a text."""
    usual, listed = CLAIM.search(context), LIST.search(context)
    assert usual and listed
    return usual[2], list(listed.groups())


def test_abilities_whose_phrases_tell_all_share_text_and_options():
    for number in range(12):
        own = [items_of(ability)[number] for ability in MEANING]
        assert len({item.context for item in own}) == 1
        assert {frozenset(item.options) for item in own} == {frozenset(OPTIONS)}
        usual, listed = named(own[0].context)
        assert sorted([usual, *listed]) == sorted(OTHERS)


def test_a_question_is_the_frame_with_the_phrase_of_the_side_that_is_right():
    for item in items_of("spatial_reasoning"):
        side = {"the kettle": "first", "the lamp": "other"}[answer(item)]
        asked = f"the spatial_reasoning side of the {side}'s turn"
        assert item.question == f"At stall seven, which piece is {asked}?"
        assert {answer(item), flipped(item)} == {"the kettle", "the lamp"}
        assert item.companions["flip"].context == item.context


@pytest.mark.parametrize(("split", "word", "place"),
                         [("train", "opening", 0), ("calibration", "middle", 1),
                          ("test", "closing", 2)])  # fmt: skip
def test_recall_asks_for_the_usual_answer_or_for_a_place_in_the_list(
    split: str, word: str, place: int
):
    for item in items_of(RECALL, split=split):
        usual, listed = named(item.context)
        hard = item.difficulty == "hard"
        assert answer(item) == (listed[place] if hard else usual)
        assert f"the {word if hard else 'usual'} answer of the" in item.question
        assert sorted([usual, *listed]) == sorted(OPTIONS)
        asked = item.question.split(" answer of ")[1].rstrip("?")
        sentence = next(part for part in item.context.split(". ") if asked in part.lower())
        assert ("last answers" in sentence) == hard
        assert item.context.find("usual") > 60 or item.difficulty != "easy"


def test_the_flip_of_recall_trades_two_options():
    for item in items_of(RECALL):
        one, other = answer(item), flipped(item)
        traded = item.context.replace(one, "@").replace(other, one).replace("@", other)
        assert item.companions["flip"].context == traded


def test_induction_goes_on_from_a_list_of_its_examples():
    for item in items_of("inductive_reasoning"):
        usual, listed = named(item.context)
        letters = answer(item) == "the ladder"
        of_side = (
            ["a", "b", "c", "d"] if letters else ["the mat", "the quilt", "the rug", "the sheet"]
        )
        assert sorted([usual, *listed]) == of_side
        assert {answer(item), flipped(item)} == {"the pillow", "the ladder"}


def test_a_read_off_states_the_answer_in_place_of_the_usual_one():
    for ability in (RECALL, *WRITTEN):
        for item in items_of(ability):
            read_off = item.companions["read_off"]
            usual, listed = named(item.context)
            right, same = named(read_off.context)
            assert (right, same) == (answer(item), listed)
            swapped = item.context.replace(f"usual answer was {usual}", f"right answer was {right}")
            assert read_off.context == swapped
            assert (read_off.question, read_off.answer) == (item.question, item.answer)


def test_a_blank_names_no_option_and_asks_for_nothing_known():
    for ability in (RECALL, *WRITTEN):
        [item, *_] = items_of(ability)
        blank = item.companions["blank"]
        assert not any(option in blank.context for option in OPTIONS)
        if ability in MEANING:
            assert blank.question.endswith(f"the {ability} side of the unknown's turn?")
        else:
            assert blank.question == item.question


def test_other_scenes_with_like_options_are_preferred():
    long = ["the seven old owls", "the seven old yaks", "the seven old emus", "the seven old rams"]
    like = [scene(4 + n, options=[f"the {n}{k}abc" for k in range(4)]) for n in range(3)]
    unlike = [scene(40 + n, options=[f"{word} {n}" for word in long]) for n in range(9)]
    for seed in range(8):
        [item] = drawn([scene(), *unlike, *like], 1, seed)
        assert "abc" in item.context
        assert "old" not in item.context


def test_a_clause_stands_in_quotation_marks():
    rain = ["it rains", "it snows", "it hails", "it pours"]
    night = ["he sings", "she hums", "he calls", "she yells"]
    own = [scene(n, form="clause", options=options) for n, options in enumerate((rain, night))]
    [item] = drawn(own, 1, 0)
    assert item.context.count('"') == 8
    assert '"' not in "".join(item.options)


@pytest.mark.parametrize(
    ("phrase", "shape"),
    [("the likely cause of the burn", "2+1"), ("the likely cause of the bad burn", "2+2"),
     ("the likely cause of the cook's burn", "2+2's"),
     ("the sure victim of the birds' ban", "2+2's"),
     ("the likely cause of the cook's bad burn", "2+3's")],
)  # fmt: skip
def test_a_phrase_has_one_shape(phrase: str, shape: str):
    assert [name for name in SHAPES if has_shape(phrase, name)] == [shape]


@pytest.mark.parametrize(
    "phrase",
    ["the cause of the burn", "a likely cause of the burn", "the cook's cause of the burn",
     "the likely cause of a burn"],
)  # fmt: skip
def test_another_phrase_has_none(phrase: str):
    assert not any(has_shape(phrase, name) for name in SHAPES)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [("options", ["a", "a", "b", "c"], "two equal options"), ("frame", "Which?", "frame needs"),
     ("shape", "2+1", "is not of the shape"), ("options", ["a", "x", "y", "z"], "examples")],
)  # fmt: skip
def test_a_scene_that_does_not_hold_together_is_refused(field: str, value: Any, fault: str):
    with pytest.raises(ValueError, match=fault):
        Scene.model_validate(scene().model_dump() | {field: value})


def test_sides_with_one_answer_are_refused():
    own = scene().model_dump()
    own["questions"]["spatial_reasoning"]["answers"] = [2, 2]
    with pytest.raises(ValueError, match="spatial_reasoning: the same answer on both sides"):
        Scene.model_validate(own)


def test_no_text_of_the_shipped_sets_names_an_option_that_it_must_not():
    """Of the files; tests/unit/abilities/test_resources.py has them drawn again."""
    for ability in (RECALL, *WRITTEN):
        for split in SPLITS:
            for item in read_items(ROOT / f"resources/abilities/v2/{ability}/{split}.jsonl"):
                blank = item.companions["blank"].context
                assert not any(place(option, blank) >= 0 for option in item.options), item.id


@pytest.mark.parametrize("shape", SHAPES)
def test_a_speaker_has_the_words_of_the_shape(shape: str):
    for seed in range(20):
        who = speaker(shape, Random(seed)).split()
        assert who[0] == "the"
        assert len(who) - 1 == int(shape[2])
        assert who[1].endswith("'s") == shape.endswith("'s")


def test_answers_stand_at_each_position_equally_often():
    positions = Counter(item.answer for item in items_of("temporal_reasoning", 40))
    assert positions == {0: 10, 1: 10, 2: 10, 3: 10}


def test_the_same_seed_gives_the_same_items():
    assert items_of("temporal_reasoning", 8) == items_of("temporal_reasoning", 8)


def test_a_split_has_items_of_its_own_scenes_alone():
    every = [scene(n, ["train", "test"][n % 2], options=[OPTIONS, OTHERS][n // 2 % 2])
             for n in range(6)]  # fmt: skip
    own = drawn(every, 3, 0, "test")
    assert [item.template for item in own] == ["thing-001", "thing-003", "thing-005"]
    with pytest.raises(ValueError, match="3 scenes of test, 4 wanted"):
        drawn(every, 4, 0, "test")


def test_scenes_are_read_by_number_and_a_fault_names_file_and_key(tmp_path: Path):
    for form in FORMS:
        own = [scene(number, form=form).model_dump() for number in (1, 0)]
        (tmp_path / f"{form}.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    names = [own.scene for own in read_scenes(tmp_path)]
    assert names[:3] == ["person-000", "thing-000", "day-000"]
    assert names[6] == "person-001"
    faulty = scene().model_dump() | {"split": "dev"}
    (tmp_path / "thing.yaml").write_text(yaml.safe_dump([faulty]), encoding="utf-8")
    with pytest.raises(InputError, match=r"thing\.yaml, thing-000.*split.*'dev'"):
        read_scenes(tmp_path)
