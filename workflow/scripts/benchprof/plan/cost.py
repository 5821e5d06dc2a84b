"""Memory and time of each job, by formulas from the model's shape and the workload."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchprof.importance.gradients import SUMMED
from benchprof.plan.machine import Machine
from benchprof.plan.questions import ExampleCounts, QuestionCounts
from benchprof.plan.shape import Shape
from benchprof.scoring.attention import KEPT_BYTES
from benchprof.scoring.budget import MOST_TOKENS, generation_tokens
from benchprof.scoring.generation import MOST_ITEMS

CONTEXT = 10**9
"""Bytes of CUDA's context, kernels and the allocator's slack."""
HOST = 8 * 10**8
"""Bytes of Python and the libraries, which count where there is no GPU."""
INDEX = 4
SUM = 4
"""Bytes of a weight's score while it is added up."""
SCORE = 2
"""Bytes of a weight's score in a file."""
ATTRIBUTION = 2
LOSS = 120
"""Bytes of an example's loss in the store, by its digest."""
WAIT = 2
"""A batch of answers takes as many steps as its longest one: about so many times the mean."""


def importance_seconds(
    shape: Shape, examples: ExampleCounts, score: str, on_host: bool, machine: Machine
) -> float:
    """Seconds for all abilities' importance, without loading the model and writing the scores.

    A token takes 2 operations a weight forward, 2 a weight of the layers for the gradients that
    pass through them, 2 a weight in scope for its own gradient. A pass of many examples reads the
    weights twice. Per weight in scope a gradient is written and read, and an accumulator read and
    written: once a pass, or once an example where the score is of its own gradient. A processor
    keeps these gradients in its cache; adding them up takes about as long as moving the
    accumulators would (docs/measurements.md). (Experts' own gradients take a pass an example, which
    is not counted.)
    """
    forward = _forward_operations(shape, examples)
    passes = min(examples.number, math.ceil(examples.tokens / shape.most_tokens))
    # Forward and, of two kernels a projection, backward.
    own = 2 * min(shape.scope_size, shape.projections) * examples.tokens
    read = 2 * passes * shape.projections * shape.itemsize
    gradient, total = 2 * shape.itemsize, 2 * SUM
    if score in SUMMED:
        folded = passes * (gradient + (shape.itemsize if on_host else total))
        moved = read + folded * shape.scope_size
        of_one = passes == examples.number
        return machine.seconds(2 * forward + own, moved, 3 * passes, of_one)
    if machine.gpu:
        folded = examples.number * (gradient + total) + (passes * SUM if on_host else 0)
    else:
        folded = examples.number * total
    moved = read + folded * shape.scope_size
    return machine.seconds(2 * forward, moved, 3 * passes) + machine.seconds(own, 0, 0, of_one=True)


def _forward_operations(shape: Shape, examples: ExampleCounts) -> int:
    """Of all examples forward: the layers for every token, the head for those that count."""
    head = shape.dimensions.hidden * shape.dimensions.vocabulary
    return 2 * shape.projections * examples.tokens + 2 * head * examples.counted


def attribution_seconds(shape: Shape, examples: ExampleCounts, machine: Machine) -> float:
    """Seconds for all attributions of units: forward, and backward only to the activations."""
    forward = _forward_operations(shape, examples)
    passes = math.ceil(examples.tokens / shape.most_tokens)
    read = 2 * passes * shape.projections * shape.itemsize
    return machine.seconds(2 * forward, read, 2 * passes)


def attribution_memory(shape: Shape, examples: ExampleCounts, machine: Machine) -> int:
    """Peak bytes of the importance job of units, as `importance_memory` says: no accumulators."""
    longest = min(shape.most_tokens, examples.tokens)
    return _base(machine) + shape.weight_bytes + _passing(shape, examples, longest)


def knock_out_seconds(
    shape: Shape, examples: ExampleCounts, groups: int, machine: Machine
) -> float:
    """Seconds for the losses of all examples, of the intact model and without each group.

    They are read as an evaluation reads questions; here the logits of the counted tokens count too.
    """
    read = QuestionCounts(examples.number, examples.tokens, 0, examples.longest)
    head = 2 * shape.dimensions.hidden * shape.dimensions.vocabulary * examples.counted
    states = groups + 1
    return evaluation_seconds(shape, read, states, machine) + machine.seconds(states * head, 0, 0)


def importance_memory(
    shape: Shape,
    examples: ExampleCounts,
    score: str,
    against: str | None,
    on_host: bool,
    machine: Machine,
) -> int:
    """Peak bytes of the importance job, on the GPU if there is one.

    Of a model on several GPUs, `shape` is what one of them holds, and the result is that one's.
    Weights, a float32 accumulator of the scope, the largest tensor's gradient with a float32 copy,
    activations and logits of the longest batch.
    """
    # Without a GPU the items' scores are there while those of the companions are made.
    scores = SUM * shape.scope_size * (2 if against and not machine.gpu else 1)
    longest = min(shape.most_tokens, examples.tokens)
    gradient = max(shape.scope, default=0) * (shape.itemsize + SUM)
    activations = _passing(shape, examples, longest) + gradient
    return _base(machine) + shape.weight_bytes + (0 if on_host else scores) + activations


def _passing(shape: Shape, examples: ExampleCounts, longest: int) -> int:
    """Bytes of the activations and logits of a pass of so many tokens."""
    mean = examples.tokens / examples.number
    counted = math.ceil(longest / mean * examples.counted / examples.number)
    # As the model has them, then in float32 with their softmax and gradient.
    logits = counted * shape.dimensions.vocabulary * (shape.itemsize + 3 * SUM)
    return longest * shape.activation * shape.itemsize + logits


def _base(machine: Machine) -> int:
    """Bytes that a job takes before it has a model."""
    return CONTEXT if machine.gpu else HOST


def evaluation_seconds(
    shape: Shape, questions: QuestionCounts, states: int, machine: Machine
) -> float:
    """Seconds for one benchmark under all model states, without loading the model.

    Prompts: 2 operations a weight of the layers and token, in full batches. Answers: a forward
    pass a token and batch, each of which reads all weights.
    """
    most = MOST_TOKENS[machine.device]
    operations = 2 * shape.projections * (questions.read + questions.written)
    batches = math.ceil(questions.read / most)
    if questions.written:
        steps = WAIT * questions.written / questions.items
        batches += round(
            math.ceil(questions.items / _answered_at_once(shape, questions, machine)) * steps
        )
    return states * machine.seconds(operations, batches * shape.weight_bytes, batches)


def _answered_at_once(shape: Shape, questions: QuestionCounts, machine: Machine) -> int:
    """Items of a batch of answers."""
    most = generation_tokens(machine.device, shape.dimensions, shape.weight_bytes)
    return max(1, min(questions.items, MOST_ITEMS, most // (questions.longest + questions.room)))


def evaluation_memory(
    shape: Shape, questions: Sequence[QuestionCounts], copied: bool, entries: int, machine: Machine
) -> int:
    """Peak bytes of the largest evaluation job, on the GPU if there is one.

    Args:
        shape: of the model, or of what one of several GPUs holds; the result is then that one's.
        questions: of every benchmark.
        copied: whether all but the masks is ablated, which takes a second copy of the scope.
        entries: of all masks, which lie on the host.
        machine: where it runs.
    """
    size, most = shape.dimensions, MOST_TOKENS[machine.device]

    def passing(own: QuestionCounts) -> int:
        if not own.written:
            return size.peak_bytes(min(own.read, most), own.longest) + KEPT_BYTES
        # Prompts of answers are plain sequences, of which all tokens are kept: hardly any keys are
        # copied for them. Keys and values are kept for the prompts and for the answers.
        items = _answered_at_once(shape, own, machine)
        kept = items * (own.longest + own.room) * size.cache_bytes
        return size.peak_bytes(min(own.read, items * own.longest), 0) + kept

    loaded = shape.weight_bytes + (shape.scope_size * shape.itemsize if copied else 0)
    masks = 0 if machine.gpu else INDEX * entries
    return _base(machine) + loaded + masks + max(map(passing, questions), default=0)
