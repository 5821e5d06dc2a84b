"""Memory and time equal the formulas worked out on paper for a small model."""

from __future__ import annotations

import dataclasses
from functools import partial

from benchprof.plan import cost
from benchprof.plan.machine import Machine
from benchprof.plan.questions import ExampleCounts, QuestionCounts
from benchprof.plan.shape import Shape
from benchprof.scoring.attention import KEPT_BYTES
from benchprof.scoring.dimensions import Dimensions

# 100 parameters, 60 of them in projections, 40 in scope; 5 numbers kept per token; float32.
SHAPE = Shape(
    parameters=100,
    scope=(30, 10),
    projections=60,
    activation=5,
    most_tokens=20,
    itemsize=4,
    dimensions=Dimensions(
        layers=1, hidden=2, heads=1, kv_heads=1, head_size=2, intermediate=3, vocabulary=7,
        itemsize=4,
    ),
)  # fmt: skip
EXAMPLES = ExampleCounts(number=10, tokens=100, counted=20, longest=16)
INFINITE = float("inf")
CPU = Machine(flops=1e3, flops_of_one=1e3, bandwidth=1e9, latency=0, storage=1, gpu=False)
GPU = dataclasses.replace(CPU, gpu=True)
ARITHMETIC = Machine(flops=1, flops_of_one=0.5, bandwidth=INFINITE, latency=0, storage=1, gpu=True)
MEMORY = Machine(flops=INFINITE, flops_of_one=INFINITE, bandwidth=1, latency=0, storage=1, gpu=True)
PASSES = dataclasses.replace(MEMORY, bandwidth=INFINITE, latency=1)


def test_arithmetic_of_importance() -> None:
    # Forward 2*60*100 + head 2*2*7*20 = 12560, twice with the backward; scope 2*40*100.
    operations = 2 * 12560 + 8000
    assert cost.importance_seconds(SHAPE, EXAMPLES, "taylor", False, ARITHMETIC) == operations
    # The products of one example's own gradients are half as fast.
    seconds = cost.importance_seconds(SHAPE, EXAMPLES, "taylor_abs", False, ARITHMETIC)
    assert seconds == 2 * 12560 + 2 * 8000


def test_what_importance_moves_and_how_often() -> None:
    # 100 tokens in passes of 20: 5, each of weights 2*60*4. Per weight in scope a gradient written
    # and read, 2*4, and an accumulator read and written, 2*4: once a pass.
    found = partial(cost.importance_seconds, SHAPE, EXAMPLES)
    assert found("taylor", False, MEMORY) == 5 * (480 + 40 * 16)
    # On the host the accumulator is not the GPU's, but the gradient crosses once more.
    assert found("taylor", True, MEMORY) == 5 * (480 + 40 * 12)
    # Of own gradients once an example, of which there are 10; sums cross once a pass.
    assert found("taylor_abs", False, MEMORY) == 5 * 480 + 10 * 40 * 16
    assert found("taylor_abs", True, MEMORY) == 5 * 480 + 10 * 40 * 16 + 5 * 40 * 4
    # A processor keeps gradients in its cache.
    host = dataclasses.replace(MEMORY, gpu=False)
    assert found("taylor_abs", False, host) == 5 * 480 + 10 * 40 * 8
    assert found("taylor_abs", False, PASSES) == 15


def test_knock_outs_are_readings_of_every_group_and_of_none() -> None:
    # 2*60*100 and head 2*2*7*20 operations; all 100 tokens in one pass, which reads 400 bytes.
    assert cost.knock_out_seconds(SHAPE, EXAMPLES, 9, ARITHMETIC) == 10 * 12560
    assert cost.knock_out_seconds(SHAPE, EXAMPLES, 9, MEMORY) == 10 * 400
    assert cost.knock_out_seconds(SHAPE, EXAMPLES, 9, PASSES) == 10


def test_memory_of_importance() -> None:
    # Weights 400, accumulators 160; a pass of 20 tokens * 5 * 4 = 400, of which 20/10 * 20/10 = 4
    # count: logits 4 * 7 * (4 + 12) = 448; gradient 30 * 8.
    passing = 400 + 448 + 240
    host = cost.importance_memory(SHAPE, EXAMPLES, "taylor_abs", None, False, CPU)
    assert host == cost.HOST + 400 + 160 + passing
    host = cost.importance_memory(SHAPE, EXAMPLES, "taylor_abs", "blank", False, CPU)
    assert host == cost.HOST + 400 + 2 * 160 + passing
    gpu = cost.importance_memory(SHAPE, EXAMPLES, "taylor_abs", None, False, GPU)
    assert gpu == cost.CONTEXT + 400 + 160 + passing
    gpu = cost.importance_memory(SHAPE, EXAMPLES, "taylor_abs", None, True, GPU)
    assert gpu == cost.CONTEXT + 400 + passing
    # Of few tokens one pass: 15 * 5 * 4; all 20 count.
    few = dataclasses.replace(EXAMPLES, tokens=15)
    gpu = cost.importance_memory(SHAPE, few, "taylor", None, False, GPU)
    assert gpu == cost.CONTEXT + 560 + 300 + 20 * 7 * 16 + 240
    # Longer examples are checkpointed.
    long = dataclasses.replace(EXAMPLES, longest=1000)
    gpu = cost.importance_memory(SHAPE, long, "taylor_abs", None, False, GPU)
    assert gpu == cost.CONTEXT + 560 + passing


def test_evaluation_by_hand() -> None:
    read = QuestionCounts(items=100, read=1000, written=0, longest=20)
    # 3 states, 2 * 60 operations a token; one batch of up to 32768 tokens a state.
    assert cost.evaluation_seconds(SHAPE, read, 3, ARITHMETIC) == 3 * 120_000
    assert cost.evaluation_seconds(SHAPE, read, 3, MEMORY) == 3 * 400
    write = dataclasses.replace(read, written=500)
    # Two batches of up to 64 items, each of twice the mean 5 steps, beside the prompts' pass.
    assert cost.evaluation_seconds(SHAPE, write, 1, PASSES) == 1 + 20
    assert cost.evaluation_seconds(SHAPE, write, 1, ARITHMETIC) == 120 * 1500


def test_memory_of_evaluation() -> None:
    long = QuestionCounts(items=10, read=10, written=5, longest=10**9)
    gpu = cost.evaluation_memory(SHAPE, [long], False, 3, GPU)
    # The prompts' pass, and keys and values of an answer: 1 layer, 1 head of 2, float32.
    answer = SHAPE.dimensions.peak_bytes(10, 0) + 10**9 * 2 * 2 * 4
    assert gpu == cost.CONTEXT + 400 + answer
    # On a host without a GPU a batch of answers is one item here; masks of 3 entries.
    host = cost.evaluation_memory(SHAPE, [long], False, 3, CPU)
    assert host == cost.HOST + 400 + 3 * 4 + answer
    # What is written has keys and values, but is not passed with the prompts of 10 tokens in all.
    room = dataclasses.replace(long, read=10_000, longest=100, room=900)
    answers = SHAPE.dimensions.peak_bytes(10 * 100, 0) + 10 * 1000 * 2 * 2 * 4
    assert cost.evaluation_memory(SHAPE, [room], False, 3, GPU) == cost.CONTEXT + 400 + answers
    # Where all but the masks is ablated, a second copy of the 40 weights in scope.
    assert cost.evaluation_memory(SHAPE, [long], True, 3, GPU) == gpu + 160


def test_memory_of_prompts_is_that_of_a_full_batch_of_the_longest() -> None:
    read = QuestionCounts(items=10, read=100_000, written=0, longest=200)
    passing = SHAPE.dimensions.peak_bytes(32768, 200)
    assert cost.evaluation_memory(SHAPE, [read], False, 3, GPU) == (
        cost.CONTEXT + 400 + passing + KEPT_BYTES
    )
    few = dataclasses.replace(read, read=300)
    passing = SHAPE.dimensions.peak_bytes(300, 200)
    assert cost.evaluation_memory(SHAPE, [few], False, 3, GPU) == (
        cost.CONTEXT + 400 + passing + KEPT_BYTES
    )
    assert cost.evaluation_memory(SHAPE, [], False, 3, GPU) == cost.CONTEXT + 400


def test_answers_at_once() -> None:
    # A batch of 4,096 tokens on a processor; on a GPU 6 GiB, at 29 active and 4 kept numbers of 4
    # bytes a token, of which 64 items at most.
    asked = QuestionCounts(items=100, read=10, written=5, longest=1000)
    assert cost._answered_at_once(SHAPE, asked, CPU) == 4
    assert cost._answered_at_once(SHAPE, asked, GPU) == 64
    assert cost._answered_at_once(SHAPE, dataclasses.replace(asked, longest=10**7), GPU) == 4
    assert cost._answered_at_once(SHAPE, dataclasses.replace(asked, longest=10_000), CPU) == 1
    assert cost._answered_at_once(SHAPE, dataclasses.replace(asked, items=2), CPU) == 2


def test_memory_of_one_gpu_of_several() -> None:
    # The GPU with the head: 40 of the 100 parameters, 10 of them in scope, 3 of 5 numbers a token.
    # Weights 160, accumulators 40; 20 tokens * 3 * 4 = 240; logits 448 as above; gradient 10 * 8.
    last = dataclasses.replace(SHAPE, parameters=40, scope=(10,), activation=3)
    gpu = cost.importance_memory(last, EXAMPLES, "taylor_abs", None, False, GPU)
    assert gpu == cost.CONTEXT + 160 + 40 + 240 + 448 + 80
    # The GPU of the embeddings: no layer, no head, nothing in scope.
    nothing = dataclasses.replace(SHAPE.dimensions, layers=0, vocabulary=0)
    first = dataclasses.replace(SHAPE, parameters=30, scope=(), activation=0, dimensions=nothing)
    gpu = cost.importance_memory(first, EXAMPLES, "taylor_abs", None, False, GPU)
    assert gpu == cost.CONTEXT + 120
    # No keys and values of answers are kept there, but a pass may hold its activations.
    write = QuestionCounts(items=10, read=10, written=5, longest=10**9)
    passing = SHAPE.dimensions.peak_bytes(10, 0)
    assert cost.evaluation_memory(first, [write], False, 3, GPU) == cost.CONTEXT + 120 + passing
