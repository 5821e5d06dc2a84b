"""The strategies that search the context, on texts that are worked out by hand."""

from math import inf, log, sqrt

import pytest

from benchprof.abilities.checks import matching, surface
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.words import sentences
from benchprof.abilities.item import Item

SEARCH = ("choosing by string matching", "choosing by TF-IDF")


def item(context: str, question: str, *options: str, answer: int = 0, difficulty: str = "") -> Item:
    return Item("one", "type", context, question, options, answer, difficulty=difficulty)


CAT = item(
    "The grey cat sat by the old well. The cup is on the red shelf near the cat.",
    "Where is the cup on the shelf near the old well?",
    "the cat", "red shelf", "well", "the pen",
)  # fmt: skip


def test_sentences_end_at_marks_and_lines():
    text = 'He paid 3.5. "Why?" she asked!\nSo (as ever.) Then \u201cno.\u201d End'
    assert sentences(text) == [
        "He paid 3.5.", '"Why?" she asked!', "So (as ever.", "Then \u201cno.", "End",
    ]  # fmt: skip
    assert sentences(" ") == []


def test_an_option_is_named_by_its_whole_words_in_a_row():
    assert matching.place("the red shelf", "On the old, The Red Shelf!") == 3
    assert matching.place("red shelf", "the red old shelf") == -1
    assert matching.place("cat", "a catalogue") == -1
    assert matching.place("cat", "") == -1


def test_the_string_matcher_by_hand():
    # The question's content words: where, cup, shelf, near, old, well. The first sentence has old
    # and well, the second cup, shelf and near. The cat is in both, the pen in none.
    assert matching.by_string_matching([CAT]) == [[3, 3, 2, 0]]


def test_tfidf_by_hand():
    one = item("Cup red. Hat blue.", "Red?", "cup", "hat")
    # "Red" is in both documents and weighs 1, a word of one document log(3/2) + 1.
    rare = log(3 / 2) + 1
    (scores,) = matching.by_tfidf([one])
    assert scores == pytest.approx([1 / sqrt(1 + rare**2), 0])


def test_the_best_of_several_sentences_counts():
    one = item("A cup. The cup is red.", "Is it red?", "cup", "hat")
    assert matching.by_string_matching([one]) == [[1, 0]]
    only_second = item("The cup is red.", "Is it red?", "cup", "hat")
    assert matching.by_tfidf([one])[0][0] > 0 < matching.by_tfidf([only_second])[0][0]


def test_first_and_last_go_by_the_first_mention():
    one = item("Ivy met Omar, Zoe and Ivy.", "Who?", "Ivy", "Zoe", "Omar", "Mei")
    assert matching.first_in_context([one]) == [[0, -3, -2, -inf]]
    assert matching.last_in_context([one]) == [[0, 3, 2, -inf]]


@pytest.mark.parametrize(
    ("name", "context", "excess"),
    [
        ("the first in the context", "Ivy met Omar, Zoe and Mei.", 75),
        ("the last in the context", "Omar, Zoe and Mei met Ivy.", 75),
        ("the last in the context", "Ivy met Omar, Zoe and Mei.", -25),
        ("the first in the context", "Nobody met.", 0),
        ("by string matching", "Ivy has the cup. Omar, Zoe and Mei met.", 75),
        ("by TF-IDF", "Ivy has the cup. Omar, Zoe and Mei met.", 75),
        ("by TF-IDF", "", 0),
    ],
)
def test_an_answer_that_a_search_finds_fails(name: str, context: str, excess: float):
    items = [item(context, "Who has the cup?", "Ivy", "Omar", "Zoe", "Mei")] * 100
    checks = surface.check_strategies(Ability("own", {"train": items}))
    check = next(check for check in checks if check.name == f"choosing {name}")
    assert check.value == pytest.approx(excess)
    assert check.passed == (excess == 0)


def test_the_easy_items_of_contextual_recall_are_not_searched():
    easy = [item("Ivy has it. Omar went.", "Who has it?", "Ivy", "Omar", difficulty="easy")] * 100
    hard = [item("Ivy and Omar went.", "Who has it?", "Ivy", "Omar", difficulty="hard",
                 answer=k % 2) for k in range(100)]  # fmt: skip
    found = {
        name: {c.name: c for c in surface.check_strategies(Ability(name, {"train": easy + hard}))}
        for name in ("contextual_recall", "own")
    }
    for search in SEARCH:
        check = found["contextual_recall"][search]
        assert check.value == 0
        assert "50.0% of 100" in check.detail
        assert "100 easy items left out" in check.detail
        assert "left out" not in found["own"][search].detail
    assert "of 200" in found["contextual_recall"]["choosing the first in the context"].detail
    only_easy = surface.check_strategies(Ability("contextual_recall", {"train": easy}))
    assert not set(SEARCH) & {check.name for check in only_easy}
