"""Each check on hand-made items: where it passes, and where it fails for its own reason."""

import json
import math
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.pages import arguments_on, blocks, commands

from benchprof.__main__ import main
from benchprof.abilities import surface
from benchprof.abilities.check import contents
from benchprof.abilities.check_line import Check
from benchprof.abilities.choosing import check_choices, first_named, hit, interval, string_matcher
from benchprof.abilities.item import SPLITS, ControlItem, Item
from benchprof.abilities.model_answers import answer_rows
from benchprof.abilities.repeats import blanked, check_repeats, names_in
from benchprof.models import allocation

ABCD = ("aa", "bb", "cc", "dd")
PAGE = "docs/how_to/ability.md"


def item(
    id_: str = "one",
    answer: int = 0,
    options: tuple[str, ...] = ABCD,
    context: str = "",
    question: str = "Which?",
    **control_items: ControlItem,
) -> Item:
    return Item(id_, "type", context, question, options, answer, control_items=control_items)


def chosen(items: Sequence[Item], name: str, ability: str = "ability") -> Check:
    return next(check for check in check_choices(ability, items) if check.name == name)


def test_a_tie_is_shared() -> None:
    scores = ([0, 1, 1, 0], [0, 1, 0, 0], [2, 1, 1, 1])
    assert [hit(item(answer=1), own) for own in scores] == [0.5, 1, 0]


def test_an_item_and_its_counterfactual_count_as_one_value() -> None:
    # Means 1, 0 and 1/2: their standard deviation is 1/2, so half the interval is 1.96 / 2 / √3.
    mean, low, high = interval([1, 0, 1, 0], [0, 1, 2, 2])
    half = 1.96 * 0.5 / math.sqrt(3)
    assert (mean, low, high) == pytest.approx((0.5, 0.5 - half, 0.5 + half))


@pytest.mark.parametrize(
    ("name", "right"),
    [("option 1", ABCD), ("the longest option", ("aaaa", "bbb", "ccc", "dd")),
     ("the odd one out", ("zz", "bb a", "bb b", "bb c"))],
)  # fmt: skip
def test_an_answer_known_by_its_place_or_look_fails(name: str, right: tuple[str, ...]) -> None:
    known = chosen([item(f"{k}", options=right) for k in range(40)], name)
    assert (known.figure, known.passed) == ("+75.0 (+75.0 to +75.0)", False)
    turned = [item(f"{k}", k % 4, right) for k in range(40)]
    assert chosen(turned, name).passed


def test_a_counterfactual_takes_back_what_a_preference_for_an_option_gains() -> None:
    options = ("aaaa", "bbb")
    having = [item(f"{k}", 0, options, counterfactual=ControlItem("", "Or?", 1)) for k in range(40)]
    check = chosen(having, "the longest option")
    assert (check.figure, check.passed) == ("+0.0 (+0.0 to +0.0)", True)


def test_few_items_are_no_proof_of_a_shortcut() -> None:
    # Of six items four are right: 42 points over guessing, of which chance could be 40.
    check = chosen([item(f"{k}", int(k > 3)) for k in range(6)], "option 1")
    assert check.passed and check.figure == "+41.7 (+0.3 to +83.0)"


TEXT = "The grey cat sat by the old well. The cup is on the red shelf near the cat."


def test_a_matcher_takes_the_option_beside_the_words_of_the_question() -> None:
    asked = item("", 0, ("red shelf", "well", "the pen", "shelf red"), TEXT, "Where is the cup?")
    (scores,) = string_matcher([asked], [0])
    assert scores[0] > scores[1] > 0
    assert scores[2:] == [0, 0]
    (places,) = first_named([asked], [0])
    assert places[1] > places[0] > places[2] == 0


def test_recall_may_search_its_text() -> None:
    items = [item(f"{k}", 0, ("red shelf", "the pen"), TEXT, "Where is it?") for k in range(40)]
    assert chosen(items, "a string matcher").passed is False
    assert chosen(items, "a string matcher", "contextual_recall").passed is None


NOUNS = tuple(f"noun{k}" for k in range(24))


def drawn(number: int, mark: str = "") -> Item:
    """An item of four random nouns; `mark` follows the answer."""
    random = Random(f"{number}")
    nouns, answer = random.sample(NOUNS, 4), random.randrange(4)
    options = tuple(noun + (mark if k == answer else "") for k, noun in enumerate(nouns))
    return item(f"{number}", answer, options)


def test_a_word_that_marks_the_answer_is_learned_and_random_options_are_not() -> None:
    name = "words of the options alone"
    assert chosen([drawn(k, " indeed") for k in range(100)], name).figure.startswith("+75.0")
    assert chosen([drawn(k) for k in range(200)], name).passed


def test_an_answer_that_goes_with_a_word_of_the_question_is_learned() -> None:
    # Each colour is the answer as often as the others, so the options alone tell nothing.
    colours, places = ("red", "blue", "green", "grey"), ("sea", "sky", "wood", "rock")
    items = [item(f"{k}", k % 4, colours, question=f"At the {places[k % 4]}?") for k in range(160)]
    assert chosen(items, "words of the options alone").passed
    assert chosen(items, "words of the question alone").passed is False


def test_names_and_numbers_are_blanked() -> None:
    names = names_in(["Then Omar met Zoe at Kestrel Bay.", "A, B, C"])
    assert names == {"Omar", "Zoe", "Kestrel", "Bay"}
    text = "Omar paid 3.50 at Kestrel Bay, then two more."
    assert blanked(text, names) == "NAME paid NUMBER at NAME, then NUMBER more."


def test_items_that_differ_in_names_and_numbers_alone_are_equal() -> None:
    counterfactual = ControlItem("Today Zoe has 4 cups.", "Who has 4?", 1)
    first = item(
        "a",
        0,
        ("Omar", "Zoe"),
        "Today Omar has 3 cups.",
        "Who has 3?",
        counterfactual=counterfactual,
    )
    second = item("b", 1, ("Mei", "Zoe"), "Today Zoe has 12 cups.", "Who has 12?")
    third = item("c", 0, ("Omar", "Mei"), "Today Omar lost 3 cups.", "Who has 3?")
    found = check_repeats("own", [first, second, third])
    assert (found.figure, found.passed, found.detail) == ("1", False, "a = b")
    assert check_repeats("own", [first, third]).passed, "an item may equal its own counterfactual"


def test_form_is_what_is_left_without_content_words() -> None:
    assert surface.skeleton("Is the Cup, or 12 cups?") == [
        "is",
        "the",
        "W",
        ",",
        "or",
        "0",
        "w",
        "?",
    ]
    asked = {
        name: {split: [item(f"{k}", question=f"Noun{k} is{mark}") for k in range(20)]
               for split in SPLITS}
        for name, mark in (("one", "?"), ("two", "!"))
    }  # fmt: skip
    options, whole = surface.check_surface(asked)
    assert whole.figure.startswith("100%")
    assert options.figure.startswith("50%")
    assert {options.passed, whole.passed} == {None}


class Scripted:
    """A scorer that gives an option the logarithm of the weight that its prompt names."""

    def __init__(self, weights: Mapping[tuple[str, str], float]) -> None:
        self.weights = weights

    def prepare(self, instances: Sequence[Any]) -> Sequence[Any]:
        return instances

    def score(self, prepared: Sequence[Any]) -> list[tuple[float, bool]]:
        return [(math.log(self.weights[instance.args]) - 5, False) for instance in prepared]


def test_a_model_s_probabilities_are_normalised_over_the_options() -> None:
    prompts = "It rains.\nQuestion: Wet?\nAnswer:", "Question: Wet?\nAnswer:"
    weights = {(p, o): w for p, own in zip(prompts, ((3, 1), (1, 4)), strict=True)
               for o, w in zip((" yes", " no"), own, strict=True)}  # fmt: skip
    asked = item(
        "a", 0, ("yes", "no"), "It rains.", "Wet?", counterfactual=ControlItem("", "Wet?", 1)
    )
    scorer: Any = Scripted(weights)
    plain, counterfactual = answer_rows({"weather": [asked]}, scorer)
    assert plain[:5] == ("weather", "item", "1", "0.50", "1.00")
    assert [row[5].split()[0] for row in (plain, counterfactual)] == ["0.75", "0.80"]


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty-eight clean items in three splits."""
    path = tmp_path / "own"
    path.mkdir()
    for number, split in enumerate(SPLITS):
        items = []
        for k in range(number * 16, number * 16 + 16):
            random = Random(k)
            words = ["".join(random.choices("abcdefgh", k=5)) for _ in range(16)]
            context, question = " ".join(words[4:13]), " ".join(words[13:])
            items.append(item(f"{k}", k % 4, tuple(words[:4]), context, question))
        lines = (json.dumps(own.to_json()) + "\n" for own in items)
        (path / f"{split}.jsonl").write_text("".join(lines))
    return path


@pytest.fixture
def shipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory whose shipped sets are these few items, copied as the page says."""
    monkeypatch.chdir(folder.parent)
    for name in ("v3/spatial_reasoning", "v3/deductive_reasoning"):
        shutil.copytree(folder, Path("resources/abilities", name))
    for block in blocks(ROOT / PAGE, "sh"):
        for words, _ in commands(block.code):
            if words[0] in ("mkdir", "cp"):
                subprocess.run(words, check=True)


@pytest.mark.usefixtures("shipped")
def test_the_command_passes_clean_items(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = arguments_on(PAGE, "check")[0]
    Path("my_data/legal_reasoning").rename(arguments[1])
    assert main(arguments) == 0
    assert "0 of 11 checks with a bound fail" in capsys.readouterr().out


@pytest.mark.usefixtures("shipped")
def test_several_abilities_have_one_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surface, "TREES", 5)
    assert main(arguments_on(PAGE, "check")[1]) == 0
    printed = capsys.readouterr().out
    assert "0 of 22 checks" in printed
    assert printed.count("| note |") == 2
    assert Path("report.md").read_text() == printed


@pytest.mark.usefixtures("shipped")
def test_a_model_s_answers_are_tabulated(
    tiny_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # For the whole process, whose other tests measure memory.
    monkeypatch.setattr(allocation, "keep_freed_memory", lambda _: None)
    tiny_folder.rename("MODEL")
    main(arguments_on(PAGE, "check")[2])
    assert "| legal_reasoning | item | 48 | 0.25 |" in capsys.readouterr().out


def test_an_item_that_marks_its_answer_fails(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.loads(line) for line in (folder / "test.jsonl").read_text().splitlines()]
    for split in SPLITS:
        same = [own | {"id": f"{split}{k}", "answer": 0} for k, own in enumerate(lines)]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(own) + "\n" for own in same))
    assert main(["check", str(folder)]) == 1
    assert "| FAIL | option 1 |" in (printed := capsys.readouterr().out)
    assert "| FAIL | equal but for names and numbers | 16 |" in printed


def test_the_command_says_in_one_paragraph_what_it_cannot_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "test.jsonl").write_text("{}\n")
    assert main(["check", str(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{folder / 'test.jsonl'}, line 1: lacks 'answer'")


@pytest.mark.parametrize("more", ["own", "--model"])
def test_folders_that_do_not_fit_are_refused(folder: Path, more: str) -> None:
    arguments = [str(folder), str(folder)] if more == "own" else [str(folder), more, str(folder)]
    assert main(["check", *arguments]) == 2


def test_the_contents_have_families_types_and_lengths() -> None:
    def of(family: str, kind: str, question: str) -> Item:
        return Item("i", family, "", question, ("a", "b"), 0, answer_type=kind)

    first, other = of("f", "person", "who is it"), of("g", "place", "where")
    splits = {"train": [first], "calibration": [first], "test": [first, other]}
    *_, row = contents({"x": splits}).splitlines()
    assert row == "| x | 1, 1, 2 | f | g | person 75%, place 25% | 1 to 3, median 3 |"
