"""The generated benchmarks: right keys by another way, and requests as their tasks ask them."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.conftest import ROOT, byte_tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from benchprof.generators.benchmarks.files import BENCHMARKS, FOLDER, generated
from benchprof.run.configuration import TaskFile
from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.requests import Requests, build_requests
from benchprof.tasks.source import load_tasks, task_source

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
LEGS = {"ants": 6, "cows": 4, "ducks": 2, "goats": 4, "hens": 2, "horses": 4, "spiders": 8}
ORDINALS = {"second": 2, "third": 3, "fourth": 4}
CHOICES = ("people_and_things", "plans_and_prices")
ABILITIES = {path.name for path in (ROOT / "resources/abilities/v2").glob("*_*/")}


def items(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / FOLDER / name / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def requests_of(name: str, limit: int | None = None) -> Requests:
    folder = ROOT / FOLDER / name
    own = TaskFile(task_file=str(folder / "task.yaml"), data=str(folder / "items.jsonl"))
    return build_requests(load_tasks(task_source(own)), limit, 1)


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_the_files_are_what_the_generator_gives(name: str) -> None:
    for file, text in generated(name):
        assert (ROOT / FOLDER / file).read_bytes() == text.encode(), f"make benchmarks: {file}"


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_sixty_different_items_need_several_of_the_ten_abilities(name: str) -> None:
    own = items(name)
    assert len({item["id"] for item in own}) == len(own) == 60
    assert len({item.get("question", item.get("prompt")) for item in own}) == 60
    of_all = [item for one in CHOICES for item in items(one)] if name in CHOICES else own
    # Each of the two with options needs some of the ten, and both together all.
    assert {ability for item in of_all for ability in item["needs"]} == ABILITIES
    alone = [item["kind"] for item in own if len(set(item["needs"])) < 2]
    # One function asks for nothing but its rule, which the examples show.
    assert alone == (["marked"] if name == "small_functions" else [])


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def dozens(text: str) -> int:
    bought, used = numbers(text)
    return 12 * bought - 3 * used


def legs(text: str) -> int:
    pairs = re.findall(r"(\d+) (\w+)", text)
    return sum(int(count) * LEGS.get(what, 0) for count, what in pairs)


def fruit(text: str) -> int:
    first, _, second, taken = numbers(text)
    return first + second - taken


def shift(text: str) -> int:
    start, end, pause = numbers(text)
    (last,) = re.findall(r"Monday to (\w+)", text)
    return (end + 12 - start - pause) * (DAYS.index(last) + 1)


def rule(text: str) -> int:
    price, least, less, adults, children = numbers(text)
    full = price * (2 * adults + children) // 2
    return full - less * (adults + children >= least)


def queue(text: str) -> int:
    """Counted out: the places after one and before the other."""
    one, other = (ORDINALS[word] for word in re.findall(r"the (\w+) from", text))
    people = list(range(1, numbers(text)[0] + 1))
    return len([place for place in people if one < place < people[-other]])


def walk(text: str) -> int:
    east, north, west, minutes = numbers(text)
    return (abs(east - west) + north) * minutes


def series(text: str) -> int:
    monday, tuesday, _, price = numbers(text)
    (day,) = re.findall(r"take on (\w+)", text)
    return price * (monday + DAYS.index(day) * (tuesday - monday))


def ages(text: str) -> int:
    age, apart, years = numbers(text)
    return age + years + (apart if "older," in text else -apart)


def likewise(text: str) -> int:
    few, potatoes, many, spare = numbers(text)
    return potatoes * many // few + spare


def leak(text: str) -> int:
    full, loss, hours, _ = numbers(text)
    return full - loss * hours


def members(text: str) -> int:
    many, few, given = numbers(text)
    return many + many + few - given


SOLVED: dict[str, Callable[[str], int]] = {
    "dozens": dozens,
    "legs": legs,
    "fruit": fruit,
    "shift": shift,
    "rule": rule,
    "queue": queue,
    "walk": walk,
    "series": series,
    "likewise": likewise,
    "ages": ages,
    "leak": leak,
    "members": members,
}


def test_problems_have_the_answer_that_their_text_gives() -> None:
    """Each kind is solved from the numbers of its text; the steps of the working are not read."""
    for item in items("everyday_problems"):
        assert int(item["answer"]) == SOLVED[item["kind"]](item["question"]), item["question"]


def test_the_working_of_problems_holds_and_ends_with_the_answer() -> None:
    for item in items("everyday_problems"):
        sums = [step.split(" = ") for step in item["working"].rstrip(".").split(". ")]
        assert all(eval(left) == int(right) for left, right in sums), item["working"]
        assert sums[-1][1] == item["answer"]


def week(text: str) -> str:
    (start,) = re.findall(r"chess on (\w+)", text)
    return DAYS[(DAYS.index(start) + 1 + numbers(text)[0]) % 7]


def shelf(text: str) -> str:
    kinds = {
        "fruit": "plum pear banana peach", "tool": "hammer saw screwdriver drill",
        "musical instrument": "violin trumpet flute guitar", "flower": "tulip rose daisy lily",
        "toy animal": "lion horse camel bear", "piece of clothing": "scarf glove sock cap",
    }  # fmt: skip
    row = re.findall(r"\ba (\w+)", text)[1:]
    ((side, kind),) = re.findall(r"to the (left|right) of the ([\w ]+)\?", text)
    (place,) = [number for number, thing in enumerate(row) if thing in kinds[kind].split()]
    return f"the {row[place + (1 if side == 'right' else -1)]}"


def fate(text: str) -> str:
    (name,) = re.findall(
        r"(\w+) [^.]*(?:sunny windowsill|warm wind|watered it often|stone floor|all night)\.", text
    )
    return str(name)


def form(text: str) -> str:
    continents = {
        "Europe": "Portugal Poland Sweden Greece", "Asia": "Japan Vietnam India Mongolia",
        "Africa": "Kenya Egypt Ghana Morocco", "South America": "Peru Chile Bolivia Uruguay",
    }  # fmt: skip
    (continent,) = re.findall(r"Visitors from ([\w ]+) have", text)
    people = re.findall(r"(\w+) comes from (\w+)", text)
    (name,) = [name for name, country in people if country in continents[continent].split()]
    return str(name)


def bus(text: str) -> str:
    first, second, _, arrival = [
        60 * int(hour) + int(minute) for hour, minute in re.findall(r"(\d+):(\d+)", text)
    ]
    every = second - first
    while first < arrival:
        first += every
    return f"{first // 60}:{first % 60:02d}"


def parade(text: str) -> str:
    tools = {
        "carpenter": "hammer", "barber": "pair of scissors", "gardener": "rake",
        "fisherman": "net", "tailor": "needle", "baker": "rolling pin", "painter": "brush",
        "photographer": "camera",
    }  # fmt: skip
    (asked,) = re.findall(r"does the (\w+) carry", text)
    return f"a {tools[asked]}"


def purse(text: str) -> str:
    (tea,) = re.findall(r"tea costs (\d+)", text)
    (coins,) = re.findall(r"has (\d+) coins", text)
    menu = re.findall(r"\ba (\w+) (\d+)", text)
    (food,) = [food for food, price in menu if int(price) <= int(coins) - int(tea)]
    return f"the {food}"


def turns(text: str) -> str:
    """Walked on a grid: the way back is the last step's opposite."""
    steps = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
    ((start, _, turn),) = re.findall(r"walks (\w+) to the (\w+), turns (\w+)", text)
    x, y = steps[start]
    x, y = (y, -x) if turn == "right" else (-y, x)
    return next(name for name, step in steps.items() if step == (-x, -y))


def births(text: str) -> str:
    born = {name: int(year) for name, year in re.findall(r"(\w+) was born in (\d+)", text)}
    for name, word, other, years in re.findall(r"(\w+) is (\w+) than (\w+) by (\d)", text):
        born[name] = born[other] + (int(years) if word == "younger" else -int(years))
    (asked,) = re.findall(r"is the (\w+)\?", text)
    return (min if asked == "oldest" else max)(born, key=lambda name: born[name])


def suitcase(text: str) -> str:
    return str(sum(int(count) for count in re.findall(r"(\d+) (?:shirts|socks)", text)))


def marks(text: str) -> str:
    sorts = (
        "Paris Rome Madrid Berlin", "eagle sparrow owl swallow", "plum cherry pear grape",
        "shark trout salmon cod", "stove candle campfire torch",
    )  # fmt: skip
    one = {word for sort in sorts for word in sort.split()}
    shown, _, question = text.partition(". Two")
    marked = re.findall(r"(\w+) (blue|red|green|yellow)", shown)
    (asked,) = re.findall(r"mark does (\w+) get", question)
    (mark,) = {colour for thing, colour in marked if (thing in one) == (asked in one)}
    return str(mark)


def event(text: str) -> str:
    found = []
    for when in (r"Before the \w+ \w+", r"During the \w+ \w+", r"Right after the \w+ \w+",
                 r"When all that was done, \w+"):  # fmt: skip
        found += re.findall(rf"{when} ([^.]+)\.", text)
    (asked,) = re.findall(r"did \w+ do (\w+)\?", text)
    return str(found[{"second": 1, "third": 2, "last": 3}[asked]])


CHOSEN = {
    "week": week, "shelf": shelf, "fate": fate, "form": form, "bus": bus, "parade": parade,
    "purse": purse, "turns": turns, "births": births, "suitcase": suitcase, "marks": marks,
    "event": event,
}  # fmt: skip


def test_questions_have_the_answer_that_their_text_gives() -> None:
    for item in [*items("plans_and_prices"), *items("people_and_things")]:
        right = item["options"][item["answer"]]
        assert right == CHOSEN[item["kind"]](item["question"]), item["question"]


@pytest.mark.parametrize("name", CHOICES)
def test_options_are_different_and_the_right_one_is_at_each_place_equally_often(name: str) -> None:
    own = items(name)
    assert all(len(set(item["options"])) == 4 for item in own)
    assert Counter(item["answer"] for item in own) == {0: 15, 1: 15, 2: 15, 3: 15}


BY_HAND = (
    'clock_after("23:45") == \'00:25\'', 'minutes_between("09:50", "10:05") == 15',
    'day_after("Tuesday", 15) == \'Wednesday\'', 'days_in_month("November") == 30',
    "season(11) == 'autumn'", "quarter(7) == 3", "century(2000) == 20", "is_leap(1900) == False",
    "age_in(1990, 2020, False) == 29", "overlap((9, 12), (11, 14)) == 1", "legs(1, 1, 1) == 14",
    "total_seconds(2, 1) == 7260", "price(10) == 55", "fee(5, True) == 0", "price(9) == 54",
    "barrel(20, 3, 5, 2) == 14", "dominoes([1, 2, 5, 1], 4) == 3", "next_term([7, 10]) == 13",
    "next_power([1, 10]) == 100", 'coded("plant") == \'tnalp\'', 'position("WWS") == (-2, -1)',
    'facing("east", "L") == \'north\'', 'way_home("EEENW") == 3', "fourth(2, 6, 5) == 15",
    'who_did("Hugo was seen by Ada") == \'Ada\'', 'plural("church") == \'churches\'',
    'may_enter(12, True) == True', 'same_prefix("do", "redo", "write") == \'rewrite\'',
    'mixed("blue", "yellow") == \'green\'', "state_of_water(0) == 'water'",
    'left_over(["Ada", "Hugo", "Mira"], ["Mira", "Ada"]) == \'Hugo\'',
    'fits([4, 2, 3], [5, 1, 1]) == False', "total_grams(2, 50) == 2050", "liars([]) == 0",
)  # fmt: skip


@pytest.mark.parametrize("claim", BY_HAND)
def test_functions_return_what_a_person_says(claim: str) -> None:
    name, _, rest = claim.partition("(")
    (item,) = [item for item in items("small_functions") if item["entry_point"] == name]
    assert f"assert candidate({rest}\n" in item["test"]


def test_a_prompt_shows_some_of_its_tests_and_keeps_others() -> None:
    for item in items("small_functions"):
        assert 1 <= item["prompt"].count(">>> ") < item["test"].count("assert"), item["kind"]


def test_solutions_pass_in_the_sandbox_and_others_do_not() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    requests = requests_of("small_functions")
    solutions = [document.content["canonical_solution"] for document in requests.documents]
    prompts = [document.content["prompt"] for document in requests.documents]
    assert [instance.args[0] for instance in requests.instances] == prompts
    assert requests.scores(solutions) == {"pass@1": [1.0] * 60}
    few = requests_of("small_functions", 3)
    faulty = ["    return [None]\n", "    exit(0)\n", "    return (\n"]
    assert few.scores(faulty) == {"pass@1": [0.0] * 3}


def test_a_problem_is_right_by_the_number_after_the_answer_is() -> None:
    requests = requests_of("everyday_problems")
    assert requests.guessing == 0
    contents = [document.content for document in requests.documents]
    for own, instance in zip(contents, requests.instances, strict=True):
        prompt, settings = instance.args
        assert prompt.endswith(f"The answer is 13.\n\nProblem: {own['question']}\nSolution:")
        assert "\n" in settings["until"]
    right = [f" {own['working']} The answer is {own['answer']}." for own in contents]
    assert requests.scores(right) == {"exact_match,strict-match": [1.0] * 60}
    wrong = [f" {own['working']} The answer is {own['answer']}1." for own in contents]
    assert requests.scores(wrong) == {"exact_match,strict-match": [0.0] * 60}
    assert requests.scores([" It is unclear."] * 60) == {"exact_match,strict-match": [0.0] * 60}


@pytest.mark.parametrize("name", CHOICES)
def test_every_option_of_a_question_is_asked_after_its_text(name: str) -> None:
    requests = requests_of(name)
    assert requests.guessing == pytest.approx(0.25)
    asked = [
        (f"Question: {own['question']}\nAnswer:", f" {option}")
        for own in (document.content for document in requests.documents)
        for option in own["options"]
    ]
    assert [instance.args for instance in requests.instances] == asked


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_model_answers(name: str) -> None:
    """A toy, random and short of words: each answer is scored, whatever it is."""
    if name == "small_functions" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap (bwrap) is not installed")
    config = LlamaConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
        intermediate_size=24, vocab_size=259, max_position_embeddings=2048, pad_token_id=0,
        bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    # Most letters end an answer: random text would go on for as long as it may.
    model.generation_config.eos_token_id = list(range(2, 200))
    requests = requests_of(name, 2)
    instances = requests.instances
    assert len(instances) == (8 if name in CHOICES else 2)
    scorer = TreeScorer(model, byte_tokenizer(chat=False))
    written = instances[0].request_type == "generate_until"
    answers = (scorer.generate_until if written else scorer.loglikelihood)(instances)
    assert all(len(scores) == 2 for scores in requests.scores(answers).values())
