"""Written answers equal those of lm-eval, with shared beginnings and in windows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os.path import commonprefix
from typing import Any

import pytest
import torch
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.models.huggingface import HFLM
from tests.model_types import PACKED, PLAIN
from tests.unit.scoring.conftest import MakeEngine

from benchprof.errors import InputError
from benchprof.scoring import generation
from benchprof.scoring.generation import StopStrings
from benchprof.scoring.scorer import TreeScorer
from benchprof.scoring.structure import decoder_of

MakeModel = Callable[..., Any]
MakeTheirs = Callable[..., HFLM]
PROMPTS = [
    "Question: how many legs has a spider? Answer:",
    "The cat",
    "<s>The dog sat on",
    "Question: what colour is the sky on a clear day? Answer: the sky is blue. " * 2,
    "a",
    "Question: what",
]
SETTINGS: dict[str, Any] = {"until": [" the", "q"], "max_gen_toks": 14, "do_sample": False}


def requests(prompts: list[str], **changes: Any) -> list[Instance]:
    arguments = SETTINGS | changes
    return [Instance("generate_until", {}, (text, arguments), i) for i, text in enumerate(prompts)]


def written(writer: LM, asked: list[Instance]) -> list[str]:
    """What an engine, ours or lm-eval's, writes."""
    answers: list[str] = writer.generate_until(copy.deepcopy(asked), disable_tqdm=True)
    return answers


def common_letter(texts: list[str]) -> str:
    """A letter inside most texts; only ASCII, which decodes the same in any cut of the tokens."""
    joined = "".join(text[1:-1] for text in texts)
    return max(sorted(c for c in set(joined) if c.isascii()), key=joined.count)


# Of `recurrent_gemma` transformers 5.24 writes other texts with a cache than without, also alone.
SOME = ["llama", "gpt2", "gpt_neox", "mistral", "gemma3_text", *sorted(PLAIN - {"recurrent_gemma"})]


@pytest.mark.parametrize("family", SOME)
def test_answers_equal_lm_evals(engine: MakeEngine, lm_eval: MakeTheirs, family: str) -> None:
    ours = engine(family, max_length=60, token_budget=200)
    theirs = lm_eval(ours.model, max_length=60)
    free = written(ours, requests(PROMPTS, until=[]))
    assert free == written(theirs, requests(PROMPTS, until=[]))
    stop = common_letter(free)
    found = written(ours, requests(PROMPTS, until=[stop]))
    assert found == written(theirs, requests(PROMPTS, until=[stop]))
    assert found == [text.split(stop)[0] for text in free]
    assert found != free


BEGINNING = "Question: how many legs has a spider? Answer: eight. Question:"
SHARERS = [f"{BEGINNING} {text}" for text in ("the cat", "what", "a dog sat on", "how many legs")]


def with_window(model: Any, window: int) -> Any:
    """A copy of a model whose layers, if they have a sliding window, have this one."""
    config = copy.deepcopy(model.config)
    if getattr(config.get_text_config(), "sliding_window", None) is not None:
        config.get_text_config().sliding_window = window
    other = type(model)(config).to(model.dtype).eval()
    other.load_state_dict(model.state_dict())
    return other


@contextmanager
def tokens_of_first_passes(model: Any) -> Iterator[list[tuple[int, int]]]:
    """Shapes of what the decoder is given, single tokens left out."""
    shapes: list[tuple[int, int]] = []

    def note(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # A model that reads images too embeds the tokens itself.
        found = given[0] if given else named.get("input_ids", named.get("inputs_embeds"))
        rows, length = found.shape[:2]
        if length > 1:
            shapes.append((rows, length))

    _, decoder, _ = decoder_of(model)
    hook = decoder.register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield shapes
    finally:
        hook.remove()


def longest_sharer(scorer: TreeScorer) -> int:
    """Tokens of the longest of `SHARERS` with its answer."""
    return max(len(scorer.tok_encode(text)) for text in SHARERS) + int(SETTINGS["max_gen_toks"])


@pytest.mark.parametrize("family", PACKED)
def test_a_shared_beginning_is_computed_once(
    make_model: MakeModel, engine: MakeEngine, lm_eval: MakeTheirs, family: str
) -> None:
    model = with_window(make_model(family), 100)
    asked = requests([*PROMPTS, *SHARERS], until=["q"])
    expected = written(lm_eval(model, max_length=100), asked)
    ours = engine(model, max_length=100)
    ours.generation_budget = len(SHARERS) * longest_sharer(ours)
    with tokens_of_first_passes(model) as shapes:
        assert written(ours, asked) == expected
    encoded = [ours.tok_encode(text) for text in SHARERS]
    shared = len(commonprefix(encoded))  # noqa: RUF071 (of lists)
    longest = max(map(len, encoded)) - shared
    assert shapes[-2:] == [(1, shared), (len(SHARERS), longest)], "the others come before"


@pytest.mark.parametrize(("beyond", "rows"), [(0, [1, 4]), (-1, [4])])
def test_a_window_must_hold_the_padding_too(
    make_model: MakeModel, engine: MakeEngine, lm_eval: MakeTheirs, beyond: int, rows: list[int]
) -> None:
    model = copy.deepcopy(make_model("mistral"))
    ours = engine(model, max_length=100)
    model.config.sliding_window = longest_sharer(ours) + beyond
    with tokens_of_first_passes(model) as shapes:
        found = written(ours, requests(SHARERS))
    assert [row for row, _ in shapes] == rows
    assert found == written(lm_eval(model, max_length=100), requests(SHARERS))


def test_no_beginning_is_shared_in_an_unknown_family(engine: MakeEngine) -> None:
    ours = engine(max_length=100)
    ours.forward.obstacle, ours.forward.pads = "none known", True
    with tokens_of_first_passes(ours.model) as shapes:
        written(ours, requests(SHARERS))
    assert [rows for rows, _ in shapes] == [len(SHARERS)]


@pytest.mark.parametrize("prompts", [SHARERS, PROMPTS])
def test_a_repetition_penalty_counts_no_padding(
    make_model: MakeModel, engine: MakeEngine, lm_eval: MakeTheirs, prompts: list[str]
) -> None:
    model = copy.deepcopy(make_model("llama"))
    model.generation_config.repetition_penalty = 1.3
    model.generation_config.eos_token_id = [2, 0]  # the padding token ends a text, as for Qwen 2.5
    head = model.get_output_embeddings().weight
    with torch.no_grad():
        head[0] = head[7] * 1.01  # so that the padding token comes up
    ours, theirs = engine(model, max_length=100), lm_eval(model, max_length=100)
    asked = requests(prompts, until=[])
    assert written(ours, asked) == written(theirs, asked)


@pytest.mark.parametrize("of_the_task", [True, False])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("no_repeat_ngram_size", 2),
        ("encoder_no_repeat_ngram_size", 2),
        ("bad_words_ids", [[5, 6]]),
        ("sequence_bias", [[[5, 6], -1.0]]),
        ("cache_implementation", "static"),
    ],
)
def test_no_beginning_is_shared_where_runs_of_tokens_count(
    make_model: MakeModel,
    engine: MakeEngine,
    lm_eval: MakeTheirs,
    setting: str,
    value: Any,
    of_the_task: bool,
) -> None:
    model = copy.deepcopy(make_model("llama"))
    ours = engine(model, max_length=100)
    prompt = ours.tok_encode(SHARERS[0])
    with torch.no_grad():  # so that the first token comes up, and would again
        said = model.base_model(torch.tensor([[*prompt, prompt[0]]])).last_hidden_state[0, -2:]
        model.get_output_embeddings().weight[prompt[0]] = said.sum(0)
    if not of_the_task:
        setattr(model.generation_config, setting, value)
    asked = requests(SHARERS, **({setting: value} if of_the_task else {}))
    with tokens_of_first_passes(model) as shapes:
        found = written(ours, asked)
    assert [rows for rows, _ in shapes] == [len(SHARERS)]
    assert found == written(lm_eval(model, max_length=100), asked)


def answer_alone(model: Any, tokenizer: Any, prompt: str) -> str:
    ids = torch.tensor([tokenizer(prompt)["input_ids"]])
    output = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=14,
        pad_token_id=tokenizer.pad_token_id, tokenizer=tokenizer,
    )  # fmt: skip
    text: str = tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)
    return text


@pytest.mark.parametrize("family", ["llama", "lfm2"])  # lfm2: plain rows, whose padding is tried
@pytest.mark.parametrize("prompts", [PROMPTS, SHARERS])
def test_stop_strings_of_the_model_s_own_end_its_answers(
    make_model: MakeModel, engine: MakeEngine, tokenizer: Any, family: str, prompts: list[str]
) -> None:
    model = copy.deepcopy(make_model(family))
    free = [answer_alone(model, tokenizer, prompt) for prompt in prompts]
    model.generation_config.stop_strings = [common_letter(free)]
    alone = [answer_alone(model, tokenizer, prompt) for prompt in prompts]
    assert sum(map(len, alone)) < sum(map(len, free))
    assert written(engine(model, max_length=100), requests(prompts, until=[])) == alone


@pytest.mark.parametrize("family", ["llama", "lfm2"])
@pytest.mark.parametrize("others", [[], ["a", "The cat sat on"]])
def test_an_empty_prompt_begins_with_the_prefix_token(
    engine: MakeEngine, tokenizer: Any, family: str, others: list[str]
) -> None:
    assert tokenizer("")["input_ids"] == []
    ours = engine(family)
    expected = [answer_alone(ours.model, tokenizer, prompt) for prompt in ("<s>", *others)]
    assert written(ours, requests(["", *others], until=[])) == expected


def test_a_tokenizer_without_an_end_leaves_it_to_the_model(
    engine: MakeEngine, tokenizer: Any
) -> None:
    usual, own = engine(), copy.deepcopy(tokenizer)
    own.eos_token = None
    asked = requests(PROMPTS, until=[])
    assert written(TreeScorer(usual.model, own), asked) == written(usual, asked)


@pytest.mark.parametrize("family", ["llama", "gpt2", "mistral", "gemma3_text"])
def test_a_beginning_is_shared_without_padding(
    make_model: MakeModel, engine: MakeEngine, lm_eval: MakeTheirs, family: str
) -> None:
    model = with_window(make_model(family), 100)
    ours = engine(model, max_length=100)
    texts = [f"{BEGINNING} {number} cats" for number in (1, 2, 3)]
    assert len({len(ours.tok_encode(text)) for text in texts}) == 1
    with tokens_of_first_passes(model) as shapes:
        found = written(ours, requests(texts))
    assert [rows for rows, _ in shapes] == [1, 3]
    assert found == written(lm_eval(model, max_length=100), requests(texts))


def test_answers_do_not_depend_on_longer_sequences_of_the_batch(
    varying: Callable[[], Any], engine: MakeEngine, lm_eval: MakeTheirs
) -> None:
    """Rotary frequencies change at 16 tokens: before, during or after an answer of six."""
    digits = "3141592653589793238462643383279502884197"  # each is a token
    lengths = (3, 9, 11, 12, 16, 17, 30)
    prompts = [digits[start : start + n] for start, n in enumerate([*lengths, 12, 17])]
    asked = requests(prompts, until=[], max_gen_toks=6)
    expected = []
    for own in asked:
        expected += written(lm_eval(varying(), max_length=100), [own])
    ours = engine(varying(), max_length=100, token_budget=1000)
    assert [len(ours.tok_encode(prompt)) for prompt in prompts] == [*lengths, 12, 17]
    for _ in range(2):
        assert written(ours, asked) == expected


A, B = list(range(10, 30)), list(range(50, 70))


def sharers(beginning: list[int], count: int) -> list[list[int]]:
    return [[*beginning, 100 + number] for number in range(count)]


@pytest.mark.parametrize(
    ("prompts", "batch", "parts"),
    [
        (sharers(A, 3), 64, [(20, [0, 1, 2])]),
        # Just half, and one token less than half.
        ([[*A, *B[:19], 1], [*A, *B[:19], 2], [*A, *A]], 64, [(20, [0, 1, 2])]),
        ([[*A, 1, *B], [*A, 2, *B]], 64, [(0, [0, 1])]),
        # Each keeps a token of its own, also where all are equal.
        ([A, A], 64, [(19, [0, 1])]),
        # Two beginnings fill a batch each; behind a common one they stay apart.
        ([*sharers(A, 2), *sharers(B, 2)], 2, [(20, [0, 1]), (20, [2, 3])]),
        ([*sharers([7, *A], 2), *sharers([7, *B], 2)], 2, [(21, [0, 1]), (21, [2, 3])]),
        # Where a batch would hold more, they are answered together.
        ([*sharers(A, 2), *sharers(B, 2)], 3, [(0, [0, 1, 2, 3])]),
        # One that goes apart early, and one that is the others' beginning.
        ([*sharers(A, 2), [*A[:5], *B], A[:5]], 2, [(0, [2, 3]), (20, [0, 1])]),
        # One that is much longer is left out.
        ([*sharers(A, 10), [*A, *B, *B]], 64, [(0, [10]), (20, [*range(10)])]),
    ],
)
def test_items_are_parted_by_their_beginnings(
    prompts: list[list[int]], batch: int, parts: list[tuple[int, list[int]]]
) -> None:
    longest = max(map(len, prompts))
    found = generation._parts(dict(enumerate(prompts)), 10, batch * (longest + 10))
    assert sorted((s, sorted(n)) for s, n in found) == parts


def test_answers_do_not_depend_on_order_or_batch(engine: MakeEngine) -> None:
    together, alone = engine(token_budget=10_000), engine(token_budget=1)
    found = written(together, requests(PROMPTS))
    assert written(alone, requests(PROMPTS)) == found
    assert written(together, requests(PROMPTS[::-1]))[::-1] == found


def test_the_head_sees_states_that_lie_together(engine: MakeEngine) -> None:
    """Of the prompts' last tokens too: else torch copies the head's weights for every item."""
    scorer, seen = engine(), []

    def note(_: Any, given: tuple[torch.Tensor, ...], __: Any) -> None:
        seen.append((given[0].shape[:2], given[0].is_contiguous()))

    scorer.model.get_output_embeddings().register_forward_hook(note)
    written(scorer, requests(PROMPTS))
    assert {items for (items, _), _ in seen} == {len(PROMPTS)}
    assert all(together for _, together in seen)
    pre_hooks = scorer.model.get_output_embeddings()._forward_pre_hooks
    assert not pre_hooks, "nothing is left on the model"


def test_an_item_ends_by_itself(tokenizer: Any) -> None:
    prompt = torch.tensor([[3, 4], [3, 4]])
    stop = StopStrings(tokenizer, ["cat"], 2)
    said = tokenizer.encode(" the cat", add_special_tokens=False)
    other = tokenizer.encode(" xxxxxxxxxxxxxxxxx", add_special_tokens=False)[: len(said)]
    ids = torch.cat([prompt, torch.tensor([said, other])], dim=1)
    assert stop(ids, None).tolist() == [True, False]
    more = torch.cat([ids, torch.zeros(2, 30, dtype=torch.long)], dim=1)
    assert stop(more, None).tolist() == [True, False], "an item that is done stays done"


def test_a_stop_string_in_the_prompt_does_not_count(tokenizer: Any) -> None:
    said = tokenizer.encode("the cat", add_special_tokens=False)
    stop = StopStrings(tokenizer, ["cat"], len(said))
    assert stop(torch.tensor([[*said, 5]]), None).tolist() == [False]


def test_a_special_token_ends_an_item_where_it_is_a_stop_string(tokenizer: Any) -> None:
    """The texts are decoded without such tokens: unless it ends there, the text just goes on."""
    end = tokenizer.bos_token
    stop = StopStrings(tokenizer, [end], 1)
    new = torch.tensor([[5, 6, tokenizer.bos_token_id], [5, 6, 7]])
    assert tokenizer.decode(new[0, 1:], skip_special_tokens=True) == tokenizer.decode([6])
    assert stop(new, None).tolist() == [True, False]


def test_generation_ends_when_all_items_are_done(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = engine()
    (free,) = written(scorer, requests(PROMPTS[:1], until=[]))
    lengths: list[int] = []
    real = scorer.model.generate

    def recording(**arguments: Any) -> Any:
        output = real(**arguments)
        lengths.append(output.shape[1] - arguments["input_ids"].shape[1])
        return output

    monkeypatch.setattr(scorer.model, "generate", recording)
    written(scorer, requests(PROMPTS[:1], until=[free[:1]]))
    assert lengths[0] < SETTINGS["max_gen_toks"]


def test_a_long_context_loses_its_beginning_and_is_counted(
    engine: MakeEngine, lm_eval: MakeTheirs, caplog: pytest.LogCaptureFixture
) -> None:
    ours, asked = engine(max_length=30), requests(PROMPTS[3:5])
    assert written(ours, asked) == written(lm_eval(ours.model, max_length=30), asked)
    assert ours.truncated == 1
    assert "1 of 2 contexts were cut" in caplog.text


def test_different_settings_are_not_mixed(engine: MakeEngine) -> None:
    mixed = [requests(PROMPTS[:1], max_gen_toks=n, until=[])[0] for n in (4, 12)]
    short, long = written(engine(), mixed)
    assert long.startswith(short)
    assert len(long) > len(short)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"do_sample": True, "temperature": 1.0}, "do_sample: True, which asks for sampling"),
        ({"do_sample": None, "temperature": 0.5}, "temperature: 0.5, which asks for sampling"),
        ({"max_gen_toks": 500}, "max_gen_toks: answers of up to 500"),
        ({"max_gen_toks": None, "max_new_tokens": 0}, "max_new_tokens: answers of up to 0"),
        ({"max_gen_toks": "many"}, "max_gen_toks: answers of up to many"),
        ({"stop": ["x"]}, "stop: unknown key; .* Remove it; strings at which an answer ends are"),
        ({"pad_token_id": 0}, "pad_token_id: unknown key"),
    ],
)
def test_settings_that_cannot_be_met_are_refused(
    engine: MakeEngine, change: dict[str, Any], found: str
) -> None:
    with pytest.raises(InputError, match=rf"generation request 0, generation_kwargs\.{found}"):
        written(engine(), requests(PROMPTS, **change))


@pytest.mark.parametrize("texts", [PROMPTS, SHARERS])
def test_after_running_out_of_memory_all_is_written_in_smaller_batches(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, texts: list[str]
) -> None:
    scorer = engine()
    expected, usual = written(scorer, requests(texts)), scorer.generation_budget
    real, most, sizes = generation._answer, 2, list[int]()

    def limited(forward: Any, tokenizer: Any, prompts: Any, *others: Any) -> Any:
        sizes.append(len(prompts))
        if len(prompts) > most:
            raise MemoryError
        return real(forward, tokenizer, prompts, *others)

    monkeypatch.setattr(generation, "_answer", limited)
    assert written(scorer, requests(texts)) == expected
    # From 256 tokens on, where a batch holds fewer than all, one a halving.
    assert sum(size > 2 for size in sizes) <= 4
    last = max(number for number, size in enumerate(sizes) if size > 2)
    assert sum(sizes[last + 1 :]) == len(texts), "all are written again"
    shrunk = scorer.generation_budget
    assert shrunk in [usual >> halvings for halvings in range(1, 20)]
    sizes.clear()
    assert written(scorer, requests(texts)) == expected
    assert max(sizes) <= 2, "it is remembered"
    assert scorer.generation_budget == shrunk
    most = 0
    with pytest.raises(MemoryError):
        written(scorer, requests(texts))
