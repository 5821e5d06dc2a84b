"""Scores of packed, shared and batched requests are those of each request alone."""

from __future__ import annotations

import copy
import dataclasses
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from tests.model_types import CORE, PACKED, PLAIN
from tests.unit.scoring.conftest import MakeEngine
from tokenizers.processors import TemplateProcessing

from benchprof.errors import InputError
from benchprof.scoring import attention, budget, forward, packing
from benchprof.scoring.attention import KeptPaths, Paths
from benchprof.scoring.dimensions import Dimensions
from benchprof.scoring.encoder import Pair
from benchprof.scoring.obstacle import obstacle
from benchprof.scoring.scorer import Answer, TreeScorer

MakeModel = Callable[..., Any]
LONGROPE = {"rope_type": "longrope", "original_max_position_embeddings": 8}


def instances(pairs: list[tuple[str, str]]) -> list[Instance]:
    return [Instance("loglikelihood", {}, pair, i) for i, pair in enumerate(pairs)]


def plainly(model: Any, pairs: list[Pair]) -> list[Answer]:
    """Each request alone: the whole model, all logits, no mask, no positions."""
    answers = []
    for context, continuation in pairs:
        inputs = torch.tensor([context + continuation])
        with torch.inference_mode():
            logprobs = torch.log_softmax(model(input_ids=inputs[:, :-1]).logits[0].double(), -1)
        rows, chosen = logprobs[-len(continuation) :], torch.tensor(continuation)
        total = float(rows.gather(1, chosen[:, None]).sum())
        answers.append((total, bool((rows.argmax(-1) == chosen).all())))
    return answers


def few_shot(seed: int = 0, items: int = 8, header: int = 20) -> list[Pair]:
    """Choices that share a context, contexts that share a header; some continuations are equal."""
    draw = random.Random(seed)
    tokens = lambda n: [draw.randrange(3, 320) for _ in range(n)]  # noqa: E731
    shots, found = tokens(header), []
    for _ in range(items):
        context = shots + tokens(draw.randint(2, 9))
        found += [(context, tokens(draw.randint(1, 5))) for _ in range(3)]
        found.append((context, found[-1][1][:1]))
    return [*found, (shots[:1], shots[1:]), found[0]]


def greedy_pairs(model: Any) -> list[Pair]:
    """The likeliest continuation of two tokens, and the same with a wrong end."""
    tokens = [5, 6, 7]
    for _ in range(2):
        with torch.inference_mode():
            tokens.append(int(model(input_ids=torch.tensor([tokens])).logits[0, -1].argmax()))
    wrong = (tokens[4] + 1) % 320
    return [(tokens[:3], tokens[3:]), (tokens[:3], [tokens[3], wrong])]


def agree(found: list[Answer], expected: list[Answer]) -> None:
    for (value, flag), (other, other_flag) in zip(found, expected, strict=True):
        assert value == pytest.approx(other, abs=1e-4)
        assert flag == other_flag


CASES = [(t, None) for t in PACKED]
CASES += [(t, "eager") for t in CORE if t != "gemma2"]


@pytest.mark.usefixtures("shared_rows")
@pytest.mark.parametrize(("family", "kernel"), CASES)
def test_packed_rows_equal_plain_ones(
    make_model: MakeModel, engine: MakeEngine, family: str, kernel: str | None
) -> None:
    model = make_model(family, kernel)
    pairs = few_shot() + greedy_pairs(model)
    scorer = engine(model, token_budget=48)
    prepared = scorer.prepare_tokens(pairs)
    assert prepared.exact_packing
    assert prepared.plan.groups[-1].trunk is not None, "no trunk: its cache would go untested"
    assert any((row.ends[:-1] < len(row)).any() for g in prepared.plan.groups for row in g.rows)
    assert max(len(row) for g in prepared.plan.groups for row in g.rows) > 2 * 16
    expected = plainly(model, pairs)
    assert {flag for _, flag in expected} == {True, False}
    agree(scorer.score(prepared), expected)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["llama", "mistral", "gemma3_text", "gpt2"]),
    st.lists(
        st.tuples(
            st.lists(st.integers(3, 5), min_size=1, max_size=15),
            st.lists(st.integers(3, 5), min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 60),
    st.sampled_from([1, 3, 64]),
    st.sampled_from([1, 256]),
    st.randoms(),
)
def test_any_tree_in_any_order_budget_and_packing(
    engine: MakeEngine,
    family: str,
    pairs: list[Pair],
    budget: int,
    tile: int,
    cost: int,
    shuffler: random.Random,
) -> None:
    shuffler.shuffle(pairs)
    scorer = engine(family, token_budget=budget)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention, "tile_length", lambda _: tile)
        patch.setattr(packing, "PASS", cost)  # 1: trunks, and trunks of trunks
        found = scorer.score(scorer.prepare_tokens(pairs))
    agree(found, plainly(scorer.model, pairs))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_are_normalised_in_float32_and_the_first_of_equals_is_the_likeliest(
    dtype: torch.dtype,
) -> None:
    logits = torch.tensor([[1, 3, 3, 0], [0, 0, 0, 4]], dtype=dtype)
    rows, tokens = torch.tensor([0, 0, 0, 0, 1]), torch.tensor([1, 1, 2, 0, 3])
    logprobs, likeliest = forward.read_logits(logits, rows, tokens)
    first = math.log(math.e + 2 * math.e**3 + 1)
    expected = [3 - first, 3 - first, 3 - first, 1 - first, 4 - math.log(3 + math.e**4)]
    assert logprobs.tolist() == pytest.approx(expected, abs=1e-6)
    assert likeliest.tolist() == [True, True, False, False, True]


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_no_token_of_broken_logits_is_the_likeliest(broken: float) -> None:
    logits = torch.tensor([[0, broken, 1]])
    for token in range(3):
        _, likeliest = forward.read_logits(logits, torch.tensor([0]), torch.tensor([token]))
        assert likeliest.tolist() == [False]


@pytest.mark.parametrize("family", ["llama", "bloom"])  # bloom: states are logits
@pytest.mark.parametrize(("held", "cached"), [(1, 1), (3, 2), (5, 9)])
def test_answers_do_not_depend_on_how_many_logits_are_held(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, family: str, held: int, cached: int
) -> None:
    scorer = engine(family)
    pairs = few_shot() + greedy_pairs(scorer.model)
    prepared = scorer.prepare_tokens(pairs)
    row = 4 * scorer.forward.dimensions.vocabulary
    monkeypatch.setattr(forward, "LOGIT_BYTES", held * row)
    monkeypatch.setattr(forward, "CACHED_BYTES", cached * row)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    sizes, read = [], forward.read_logits
    counted = lambda logits, *pairs: sizes.append(len(logits)) or read(logits, *pairs)  # noqa: E731
    monkeypatch.setattr(forward, "read_logits", counted)
    agree(scorer.score(prepared), plainly(scorer.model, pairs))
    assert max(sizes) == min(held, cached)


@pytest.mark.parametrize("family", sorted(PLAIN))
def test_other_families_fall_back_and_say_so(
    engine: MakeEngine, family: str, caplog: pytest.LogCaptureFixture
) -> None:
    scorer = engine(family, token_budget=64)
    assert "no row is shared between requests" in caplog.text
    pairs = few_shot(items=3)
    prepared = scorer.prepare_tokens(pairs)
    assert not prepared.exact_packing
    agree(scorer.score(prepared), plainly(scorer.model, pairs))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_attn_implementation": "flash_attention_2"}, "takes no mask"),
        ({"use_bidirectional_attention": True}, "bidirectional"),
        ({"layer_types": ["linear_attention"]}, "not all attention"),
        ({"rope_parameters": LONGROPE}, "rotary"),
        ({"rope_parameters": {"full_attention": {"rope_type": "dynamic"}}}, "rotary"),
    ],
)
def test_settings_that_make_packing_inexact_are_obstacles(
    make_model: MakeModel, change: dict[str, Any], reason: str
) -> None:
    model = make_model("llama")
    assert obstacle(model) is None
    other = copy.deepcopy(model)
    for name, value in change.items():
        object.__setattr__(other.config, name, value)
    assert reason in (obstacle(other) or "")


def test_scores_do_not_depend_on_longer_sequences_of_the_batch(
    varying: Callable[[], Any], engine: MakeEngine
) -> None:
    """Rotary frequencies change beyond 16 tokens, or with each length beyond."""
    draw = random.Random(0)
    tokens = lambda n: [draw.randrange(3, 320) for _ in range(n)]  # noqa: E731
    lengths = [30, 17, 16, 15, 14, 18, 20, 19, 30, 4]
    pairs = [(tokens(length - 2), tokens(3)) for length in lengths]
    whole = pairs[0][0]
    # Beginnings of a longer one, on this side and on the other.
    pairs += [(whole[:10], whole[10:13]), (whole[:20], whole[20:23])]
    expected = [answer for pair in pairs for answer in plainly(varying(), [pair])]
    scorer = engine(varying(), token_budget=500, max_length=100)
    prepared = scorer.prepare_tokens(pairs)
    for _ in range(2):
        agree(scorer.score(prepared), expected)


TEXTS = [
    ("Question: what colour is the sky? Answer:", " the sky is blue."),
    ("Question: what colour is the sky? Answer:", " a"),
    ("Question: what colour is the sky? Answer: ", "the cat"),
    ("Question: how many legs has a spider? Answer:", " eight legs."),
    ("<s>The cat", " sat on the mat"),
    ("", "The dog sat."),
    ("", "<s>The dog sat."),
    ("The cat sat on the mat, and then the dog sat on the cat. " * 6, " The cat sat."),
]


@pytest.mark.parametrize("family", ["llama", "gpt_neox", "mistral", "gemma3_text"])
@pytest.mark.parametrize("add_bos", [None, True])
def test_equals_lm_eval(
    engine: MakeEngine, lm_eval: Callable[..., HFLM], family: str, add_bos: bool | None
) -> None:
    ours = engine(family, max_length=40, add_bos_token=add_bos)
    theirs = lm_eval(ours.model, batch_size=3, max_length=40, add_bos_token=add_bos)
    requests = instances(TEXTS)
    agree(
        ours.loglikelihood(requests, disable_tqdm=True),
        theirs.loglikelihood(requests, disable_tqdm=True),
    )
    assert ours.truncated == 1
    rolling = [Instance("loglikelihood_rolling", {}, (text,), 0) for text, _ in TEXTS if text]
    found = ours.loglikelihood_rolling(rolling, disable_tqdm=True)
    assert found == pytest.approx(theirs.loglikelihood_rolling(rolling), abs=5e-4)


@pytest.mark.parametrize("add_bos", [None, True, False])
@pytest.mark.parametrize("begins", [True, False])
def test_requests_are_tokenized_as_by_lm_eval(
    make_model: MakeModel, tokenizer: Any, begins: bool, add_bos: bool | None
) -> None:
    tokenizer = copy.deepcopy(tokenizer)
    if begins:
        template = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
        tokenizer.backend_tokenizer.post_processor = template
    theirs = HFLM(pretrained=make_model("llama"), tokenizer=tokenizer, add_bos_token=add_bos)
    ours = TreeScorer(make_model("llama"), tokenizer, add_bos_token=add_bos)
    texts = [pair for pair in TEXTS if pair[0]]
    texts += [("  ", "The cat"), ("The cat \n", "sat"), texts[0]]
    found = ours.encode(instances(texts))
    assert found == [theirs._encode_pair(*pair) for pair in texts]
    assert (found[0][0][0] == 1) == (begins and add_bos is not False)


def test_chat_templates_equal_lm_evals(
    engine: MakeEngine, lm_eval: Callable[..., HFLM], tokenizer: Any
) -> None:
    ours = engine(chat_template_arguments={"date": "2024-07-26"})
    theirs = lm_eval(ours.model)
    history = [{"role": role, "content": "hello"} for role in ("system", "user")]
    for prompt in (True, False):
        rendered = ours.apply_chat_template(history, add_generation_prompt=prompt)
        assert rendered == theirs.apply_chat_template(history, add_generation_prompt=prompt)
    assert ours.chat_template(True) == theirs.chat_template(True) == tokenizer.chat_template
    assert ours.tokenizer_name == theirs.tokenizer_name


def test_prepared_requests_see_edited_weights(make_model: MakeModel, engine: MakeEngine) -> None:
    model = copy.deepcopy(make_model("llama"))
    scorer = engine(model)
    pairs = few_shot(items=2)
    prepared = scorer.prepare_tokens(pairs)
    before = scorer.score(prepared)
    with torch.no_grad():
        model.model.layers[1].mlp.down_proj.weight.zero_()
    after = scorer.score(prepared)
    assert after != before
    agree(after, plainly(model, pairs))


@pytest.mark.usefixtures("shared_rows")
def test_paths_are_made_once_for_all_states_of_the_weights(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as there is room for; those without room are made again, to the same bit."""
    made: list[Paths] = []
    real = Paths.__init__

    def counted(self: Paths, *arguments: Any) -> None:
        made.append(self)
        real(self, *arguments)

    scorer = engine("gemma3_text", token_budget=48)
    monkeypatch.setattr(Paths, "__init__", counted)
    prepared = scorer.prepare_tokens(few_shot(items=12))
    first = scorer.score(prepared)
    once = len(made)
    assert once > 3
    assert scorer.score(prepared) == first
    assert len(made) == once
    room = sum(paths.bytes for paths in made[:3])
    for kept, again in ((KeptPaths(0), once), (KeptPaths(room), once - 3)):
        prepared = dataclasses.replace(prepared, kept=kept)
        assert scorer.score(prepared) == first
        made.clear()
        assert scorer.score(prepared) == first
        assert len(made) == again
    kept.give_up()
    made.clear()
    assert scorer.score(prepared) == first
    assert len(made) == once


def test_kept_paths_are_counted_whole() -> None:
    """A row of two branches of one token each; no window: the bytes by hand."""
    paths = Paths(np.array([0, 1, 1]), np.array([3, 2, 3]), 0, torch.device("cpu"))
    # One tile of 3 tokens with 32 keys: places of both, and who sees whom.
    assert paths.bytes == 8 * (3 + 32) + 3 * 32
    paths.masks(None, torch.float32, torch.device("cpu"))
    paths.masks(2, torch.bfloat16, torch.device("cpu"))
    assert paths.bytes == 8 * (3 + 32) + 3 * 32 * (1 + 4 + 2)


def test_truncation_is_counted_and_logged(
    engine: MakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    scorer = engine(max_length=6)
    prepared = scorer.prepare_tokens([([3] * 6, [4]), ([3] * 7, [4]), ([3] * 30, [4, 5])])
    assert (prepared.truncated, scorer.truncated) == (2, 2)
    assert "2 of 3 requests exceed 6 tokens" in caplog.text


@pytest.mark.parametrize("pair", [([], [3]), ([3], []), ([3], [4] * 7)])
def test_requests_that_cannot_be_scored_are_refused(engine: MakeEngine, pair: Pair) -> None:
    scorer = engine(max_length=6)
    with pytest.raises(InputError, match="log-likelihood request 1"):
        scorer.prepare_tokens([([3], [4]), pair])


def test_no_requests_have_no_answers(engine: MakeEngine) -> None:
    assert engine().loglikelihood([], disable_tqdm=True) == []


Limit = Callable[..., list[int]]
CANNOT = "DefaultCPUAllocator: can't allocate memory: you tried to ..."


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Lets an engine's batches of more than so many tokens fail; notes the sizes of all."""

    def set_limit(scorer: TreeScorer, most: int, error: Exception | None = None) -> list[int]:
        real, sizes = scorer.forward.batch, list[int]()

        def limited(tokens: Any, rows: Any, *others: Any) -> Any:
            sizes.append(sum(len(row) for row, _ in rows))
            if sizes[-1] > most:
                raise error or MemoryError
            return real(tokens, rows, *others)

        monkeypatch.setattr(scorer.forward, "batch", limited)
        return sizes

    return set_limit


@pytest.mark.parametrize("family", ["llama", "bloom"])  # bloom: plain rows
def test_out_of_memory_halves_the_batch(
    engine: MakeEngine, limit: Limit, caplog: pytest.LogCaptureFixture, family: str
) -> None:
    scorer = engine(family, token_budget=400)
    pairs = few_shot(items=12, header=2)
    sizes = limit(scorer, 120, RuntimeError(CANNOT))
    agree(scorer.score(scorer.prepare_tokens(pairs)), plainly(scorer.model, pairs))
    failed = [size for size in sizes if size > 120]
    assert len(failed) <= 3, "does not remember what fits"
    assert scorer.token_budget >= min(failed) // 2, "collapsed"
    assert "out of memory: a batch has now" in caplog.text


@pytest.mark.parametrize("most", [102, 103, 200])
def test_a_path_longer_than_the_budget_says_nothing_about_the_budget(
    engine: MakeEngine, limit: Limit, most: int
) -> None:
    scorer = engine(token_budget=24)
    path = [3 + place % 300 for place in range(100)]
    pairs = [(path, [choice, 7]) for choice in range(4, 7)] + few_shot(items=4, header=2)
    limit(scorer, most)
    agree(scorer.score(scorer.prepare_tokens(pairs)), plainly(scorer.model, pairs))
    assert scorer.token_budget == 24


def test_the_budget_stays_near_what_fits_although_some_paths_are_long(
    engine: MakeEngine, limit: Limit
) -> None:
    scorer = engine(token_budget=400)
    draw = random.Random(1)
    tokens = lambda n: [draw.randrange(3, 320) for _ in range(n)]  # noqa: E731
    contexts = [tokens(draw.randint(20, 60)) for _ in range(12)]
    pairs = [(context, tokens(3)) for context in contexts for _ in range(3)]
    limit(scorer, 90)
    agree(scorer.score(scorer.prepare_tokens(pairs)), plainly(scorer.model, pairs))
    assert scorer.token_budget >= 45


def test_a_model_has_its_own_attention_again_after_an_error(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = engine()

    def fail(*_: Any) -> None:
        raise ValueError("kernel")

    monkeypatch.setattr(attention, "attend_along", fail)
    with pytest.raises(ValueError, match="kernel"):
        scorer.score(scorer.prepare_tokens(few_shot(items=2)))
    assert scorer.model.config._attn_implementation == "sdpa"


def test_layers_that_hold_another_configuration_are_noticed(engine: MakeEngine) -> None:
    scorer = engine()
    scorer.forward.config = copy.deepcopy(scorer.forward.config)
    with pytest.raises(AssertionError, match="do not call"):
        scorer.score(scorer.prepare_tokens(few_shot(items=2)))


@pytest.mark.parametrize("family", ["llama", "gemma3_text", "gpt2"])
def test_the_library_s_kernel_gives_the_same(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    monkeypatch.setattr(attention, "SHARING", ())  # as on a GPU
    scorer = engine(family)
    pairs = few_shot()
    agree(scorer.score(scorer.prepare_tokens(pairs)), plainly(scorer.model, pairs))


def test_one_path_without_memory_and_other_errors_are_raised(
    engine: MakeEngine, limit: Limit
) -> None:
    scorer = engine(token_budget=400)
    prepared = scorer.prepare_tokens(few_shot(items=4))
    for error in (MemoryError(), ValueError("shape"), RuntimeError("shape")):
        limit(scorer, 0, error)
        with pytest.raises(type(error)):
            scorer.score(prepared)


def test_keys_and_values_of_answers_take_an_eighth_of_the_weights() -> None:
    # Qwen2.5-Coder-1.5B: 28 layers, 2 heads of 128, bfloat16; 1.777 billion weights.
    size = Dimensions(28, 1536, 12, 2, 128, 8960, 151_936, 2)
    assert size.cache_bytes == 28 * 2 * 2 * 128 * 2
    weights = 2 * 1_777_088_000
    assert budget.generation_tokens("cpu", size, weights) == weights // 8 // 28_672 == 15_494
    # Of a small model a batch that is all computed is more.
    assert budget.generation_tokens("cpu", size, weights // 8) == 4096


@pytest.mark.parametrize(
    ("size", "most"),
    [
        (Dimensions(28, 1536, 12, 2, 128, 8960, 151_936, 2), 80_000),  # 1.5B
        (Dimensions(32, 4096, 32, 8, 128, 14_336, 128_256, 2), 22_000),  # 8B
        (Dimensions(80, 8192, 64, 8, 128, 28_672, 128_256, 2), 10_000),  # 70B
    ],
)
def test_a_batch_of_answers_takes_six_gibibytes_of_a_gpu(size: Dimensions, most: int) -> None:
    tokens = budget.generation_tokens("cuda", size, 0)
    # Keys and values of all layers, and what one layer makes of prompts that fill the batch.
    taken = tokens * size.cache_bytes + size.peak_bytes(tokens, 0)
    assert 6 << 30 <= taken < 1.1 * (6 << 30)
    assert 0.6 * most < tokens < most


def test_no_batch_depends_on_the_free_memory(
    engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Memory:
        total = available = 1 << 20

    roomy = engine()
    monkeypatch.setattr(psutil, "virtual_memory", Memory)
    short = engine()
    assert short.token_budget == roomy.token_budget == budget.MOST_TOKENS["cpu"]
    assert short.generation_budget == roomy.generation_budget


def test_a_plan_is_available_before_running(engine: MakeEngine) -> None:
    plan = engine().plan(instances(TEXTS))
    assert plan.tokens >= plan.tree_size > 0
    assert "prefix tree" in plan.describe()
