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


def minutes(text: str) -> list[int]:
    times = re.findall(r"(\d+):(\d+)", text)
    return [60 * int(hour) + int(minute) for hour, minute in times]


def bus(text: str) -> str:
    first, second, _, missed = minutes(text)
    every = second - first
    while first <= missed:
        first += every
    return f"{first // 60}:{first % 60:02d}"


def film(text: str) -> str:
    ((seen, hours),) = re.findall(r"sees the (\w+), which lasts (one|two|three) hour", text)
    ((hour, minute),) = re.findall(rf"the {seen} begins at (\d+):(\d+)", text)
    return f"{int(hour) + 1 + ['one', 'two', 'three'].index(hours)}:{minute}"


def stall(text: str) -> str:
    goods = {
        "flowers": "rose tulip daisy", "drinks": "lemonade coffee tea", "tools": "hammer saw drill",
        "sweets": "toffee lollipop chocolate bar",
    }  # fmt: skip
    ((count, bought),) = re.findall(r"buys (\d) (\w+)\.", text)
    prices = re.findall(r"\ba ([\w ]+) costs (\d) coins", text)
    (price,) = [int(price) for ware, price in prices if ware in goods[bought]]
    return f"{int(count) * price} coins"


def sale(text: str) -> str:
    (cheaper,) = re.findall(r"each (\w+) in the shop costs half", text)
    prices = dict(re.findall(r"of a (\w+) is (\d+) coins", text))
    (bought,) = re.findall(r"buys a (\w+)\.", text)
    return f"{int(prices[bought]) // (2 if bought == cheaper else 1)} coins"


def purse(text: str) -> str:
    (coins,) = re.findall(r"has only (\d+) coins", text)
    menu = re.findall(r"\ba (\w+) costs (\d+)", text)
    (food,) = [food for food, price in menu if int(price) <= int(coins)]
    return f"a {food}"


def event(text: str) -> str:
    ((name, when),) = re.findall(r"did (\w+) do (.*)\?", text)
    (did,) = re.findall(rf"{when.capitalize()} {name} ([^.]+)\.", text)
    return f"{name} {did}"


def shelf(text: str) -> str:
    row = re.findall(r"\ba (\w+)", text)[1:]
    return f"the {row[0] if 'the left end' in text else row[-1]}"


def rooms(text: str) -> str:
    """The thing is followed from where it is to where that is."""
    inside = dict(re.findall(r"[Tt]he (\w+) is in the (\w+)", text))
    (thing,) = re.findall(r"which room is the (\w+)\?", text)
    return f"in the {inside[inside[thing]]}"


def fate(text: str) -> str:
    signs = {
        "it melted": "hot sun|warm windowsill|hot stove", "it broke": "cup on|off the|down",
        "it burnt": "hot oven|hot pan|into the fire", "it got wet": "in the rain|lake|tap",
    }  # fmt: skip
    ((name, thing),) = re.findall(r"happened to (\w+)'s ([\w ]+)\?", text)
    (told,) = [own for own in re.split(r", and |\. ", text) if own.startswith(f"{name} ")]
    assert thing in told
    (happened,) = [own for own, sign in signs.items() if re.search(sign, told)]
    return happened


def form(text: str, options: list[str]) -> str:
    continents = {
        "Europe": "Portugal Poland Sweden Greece", "Asia": "Japan Vietnam India Mongolia",
        "Africa": "Kenya Egypt Ghana Morocco", "South America": "Peru Chile Bolivia Uruguay",
    }  # fmt: skip
    (continent,) = re.findall(r"Visitors from ([\w ]+) have", text)
    (right,) = [own for own in options if own.split()[-1] in continents[continent].split()]
    return right


def parade(text: str) -> str:
    tools = {
        "carpenter": "hammer", "barber": "razor", "gardener": "rake",
        "fisherman": "net", "tailor": "needle", "baker": "rolling pin", "painter": "brush",
        "photographer": "camera",
    }  # fmt: skip
    (asked,) = re.findall(r"does the (\w+) carry", text)
    return f"a {tools[asked]}"


def marks(text: str, options: list[str]) -> str:
    sorts = (
        "eagle sparrow owl swallow", "shark trout salmon cod", "bee ant fly beetle",
        "cow goat sheep pig",
    )  # fmt: skip
    marked = re.findall(r"the (\w+)", text.partition(". By")[0])
    (sort,) = [own.split() for own in sorts if set(marked) <= set(own.split())]
    (right,) = [own for own in options if own.split()[-1] in sort]
    return right


FROM_TEXT: dict[str, Callable[[str], str]] = {
    "bus": bus, "film": film, "stall": stall, "sale": sale, "purse": purse, "event": event,
    "shelf": shelf, "rooms": rooms, "fate": fate, "parade": parade,
}  # fmt: skip
AMONG_OPTIONS: dict[str, Callable[[str, list[str]], str]] = {"form": form, "marks": marks}


def chosen(item: dict[str, Any]) -> str:
    if item["kind"] in AMONG_OPTIONS:
        return AMONG_OPTIONS[item["kind"]](item["question"], item["options"])
    return FROM_TEXT[item["kind"]](item["question"])


def test_questions_have_the_answer_that_their_text_gives() -> None:
    for item in [*items("plans_and_prices"), *items("people_and_things")]:
        right = item["options"][item["answer"]]
        assert right == chosen(item), item["question"]


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
