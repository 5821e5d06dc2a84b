"""The fixed requests of a benchmark: the same documents, prompts and shots for every ablation."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from lm_eval.api.instance import Instance
from lm_eval.api.task import Task
from scipy.special import log_softmax

from benchprof import digests
from benchprof.errors import InputError
from benchprof.sampling import derived_seed, sample
from benchprof.sandbox.program import program_verdicts
from benchprof.sandbox.sandbox import Sandbox, Verdict
from benchprof.tasks.definition import ShownOptions
from benchprof.tasks.functions import identity_of
from benchprof.tasks.guessing import Offer, Pool, pool_of

Response = Any
"""What a model answers: (log-likelihood, greedy), a log-likelihood, or a text."""


@dataclass(frozen=True)
class Document:
    """One item of a benchmark with its requests.

    Attributes:
        task: the lm-eval task it belongs to.
        index: its place in the task's data.
        digest: SHA-256 of its content, shortened.
        content: the document as the task gives it.
        instances: its requests, in the order of the choices where there are choices.
        choices: the texts to choose from, empty where the model writes freely.
        gold: indices of the right choices.
        offer: the answers that the question shows, also where the model writes freely.
    """

    task: Task
    index: int
    digest: str
    content: dict[str, Any]
    instances: tuple[Instance, ...]
    choices: tuple[str, ...]
    gold: tuple[int, ...]
    offer: Offer


@dataclass(frozen=True)
class Requests:
    """A benchmark's sample, built once and asked of the intact and every ablated model.

    Attributes:
        documents: the sample.
        pool: what all documents, of which it was drawn, give to a guesser.
    """

    documents: tuple[Document, ...]
    pool: Pool

    @property
    def instances(self) -> list[Instance]:
        """Every request, document by document."""
        return [instance for document in self.documents for instance in document.instances]

    @property
    def digest(self) -> str:
        """SHA-256 of all that is asked and how it is scored, independent of any tokenizer.

        The pool is a part: a record says what guessing scores there.
        """
        tasks = {str(d.task.config.task): d.task for d in self.documents}
        asked = [
            [d.task.config.task, d.digest, d.choices, d.gold, d.offer.options, d.offer.right]
            + [[i.request_type, *map(_plain, i.args)] for i in d.instances]
            for d in self.documents
        ]
        scoring = {name: _scoring_of(task) for name, task in tasks.items()}
        return digests.of_value([asked, scoring, version("lm-eval"), self.pool.as_json])

    @property
    def guessing(self) -> float:
        """C_b: the score of guessing in the pool, in [0, 1]."""
        return self.pool.guessing

    @property
    def metrics(self) -> set[str]:
        """The metrics in which every document is to get a score; see `scores`."""
        tasks = {id(document.task): document.task for document in self.documents}
        chosen = {"probability"} if self._chosen else set()
        return chosen | set.intersection(*map(_metrics_of, tasks.values()))

    @property
    def _chosen(self) -> bool:
        """Whether every document shows choices, whose probabilities are a metric then."""
        return all(document.choices for document in self.documents)

    def scores(self, responses: Sequence[Response]) -> dict[str, list[float]]:
        """Each document's score by metric, higher is better, in the order of the documents.

        `probability` is that of the right choice, normalised over the choices. The others are
        the task's own metrics after its own filters, as far as they are means over documents.
        """
        answers = iter(responses)
        by_document = [[next(answers) for _ in d.instances] for d in self.documents]
        scores: dict[str, list[float]] = {}
        if self._chosen:
            scores["probability"] = [
                probability_of_gold([float(r[0]) for r in given[: len(d.choices)]], d.gold)
                for d, given in zip(self.documents, by_document, strict=True)
            ]
        return scores | _task_scores(self.documents, by_document)

    def verdicts(self, responses: Sequence[Response], sandbox: Sandbox) -> list[Verdict]:
        """What became of each document's program, which is its first response."""
        answers = iter(responses)
        by_document = [[next(answers) for _ in d.instances] for d in self.documents]
        contents = [document.content for document in self.documents]
        return program_verdicts(contents, [given[0] for given in by_document], sandbox)


def build_requests(
    tasks: Iterable[Task],
    limit: int | None,
    seed: int,
    chat_template: Callable[..., str] | None = None,
    exclude: Collection[str] = (),
    fewshot_draw: str = "fixed",
    shown: ShownOptions | None = None,
) -> Requests:
    """Build the requests of a benchmark.

    Args:
        tasks: the benchmark's tasks.
        limit: at most so many documents, a seeded sample over all tasks, nested in `limit`.
        seed: of the sample and of the few-shot draw.
        chat_template: renders messages, where prompts go through the model's template.
        exclude: ids of documents that are left out before the sample is drawn.
        fewshot_draw: `fixed`: all documents of a task get the same draw, so that they share the
            prefix (less the document itself where it was drawn); `per_document`: each its own.
        shown: the options that a question shows to a model that writes freely.
    """
    pool = [
        (task, i, doc)
        for task in tasks
        for i, doc in enumerate(task.eval_docs)
        if doc.get("id") not in exclude
    ]
    offers = [_offer(task, index, doc, shown) for task, index, doc in pool]
    contents = [_canonical(doc) for _, _, doc in pool]
    documents = []
    for number in sample(contents, limit, seed):
        task, index, doc = pool[number]
        digest = digests.of_bytes(contents[number].encode())[:16]
        own = [digest] if fewshot_draw == "per_document" else []
        task.set_fewshot_seed(derived_seed(seed, str(task.config.task), *own))
        documents.append(_document(task, index, digest, doc, chat_template, offers[number]))
    return Requests(tuple(documents), pool_of(offers))


def probability_of_gold(loglikelihoods: Sequence[float], gold: Sequence[int]) -> float:
    """Probability of the right choices, normalised over all choices; in [0, 1].

    Where all are impossible, none is more probable than another: that of guessing.
    """
    if max(loglikelihoods) == -math.inf:
        return len({*gold}) / len(loglikelihoods)
    shares = np.exp(log_softmax(np.asarray(loglikelihoods, dtype=np.float64)))
    return float(shares[list(gold)].sum())


def _document(
    task: Task,
    index: int,
    digest: str,
    doc: dict[str, Any],
    chat_template: Callable[..., str] | None,
    offer: Offer,
) -> Document:
    context = task.fewshot_context(
        doc,
        num_fewshot=task.config.num_fewshot or 0,
        apply_chat_template=chat_template is not None,
        chat_template=chat_template,
        gen_prefix=task.doc_to_prefix(doc),
    )
    built = task.construct_requests(
        doc=doc,
        ctx=context,
        metadata=(task.config.task, index, task.config.repeats),
        apply_chat_template=chat_template is not None,
        chat_template=chat_template,
    )
    instances = tuple(built) if isinstance(built, list) else (built,)
    choices, gold = _choices_and_gold(task, index, doc)
    return Document(task, index, digest, doc, instances, choices, gold, offer)


def _offer(task: Task, index: int, doc: dict[str, Any], shown: ShownOptions | None) -> Offer:
    name = str(task.config.task)
    if shown is None:
        return Offer(name, *_choices_and_gold(task, index, doc))
    options = shown.of(doc, task.config.dataset_name)
    answer = str(task.doc_to_target(doc))
    return Offer(name, options, tuple(i for i, text in enumerate(options) if text == answer))


def _choices_and_gold(
    task: Task, index: int, doc: dict[str, Any]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if task.OUTPUT_TYPE != "multiple_choice":
        return (), ()
    choices = tuple(map(str, task.doc_to_choice(doc)))
    # Where each choice is a context of its own (WinoGrande), lm-eval keeps the key in the text.
    multiple_input = getattr(task, "multiple_input", False)
    gold = task.doc_to_text(doc) if multiple_input else task.doc_to_target(doc)
    keys = gold if isinstance(gold, list) else [gold]
    indices = [choices.index(k) if k in choices else -1 if isinstance(k, str) else k for k in keys]
    if not all(isinstance(i, int) and 0 <= i < len(choices) for i in indices):
        raise InputError(
            f"task {task.config.task}, document {index}",
            f"the right choice is {gold!r}",
            f"one of its {len(choices)} choices: {list(choices)!r}"[:300],
            "Mend the data, or leave out items without a known answer.",
        )
    return choices, tuple(indices)


def _task_scores(
    documents: Sequence[Document], by_document: Sequence[Sequence[Response]]
) -> dict[str, list[float]]:
    """The tasks' own metrics; only metrics that every document has."""
    per_document: list[dict[str, float]] = [{} for _ in documents]
    numbers: dict[int, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        numbers[id(document.task)].append(number)
        for instance, response in zip(document.instances, by_document[number], strict=True):
            instance.resps, instance.filtered_resps = [response], {}
    for members in numbers.values():
        task = documents[members[0]].task
        task._instances = [i for number in members for i in documents[number].instances]
        task.apply_filters()
        for number in members:
            per_document[number] = _own_metrics(task, documents[number])
    shared = set.intersection(*(set(scores) for scores in per_document))
    return {metric: [s[metric] for s in per_document] for metric in sorted(shared)}


def _own_metrics(task: Task, document: Document) -> dict[str, float]:
    scores: dict[str, float] = {}
    for filtering in document.instances[0].filtered_resps:
        given = [instance.filtered_resps[filtering] for instance in document.instances]
        for metric, value in task.process_results(document.content, given).items():
            if _is_score(task, metric):
                scores[_name(metric, filtering)] = float(value)
    return scores


def _metrics_of(task: Task) -> set[str]:
    """The names of a task's own metrics, after each of its filters, that are scores."""
    own = [metric for metric in task.aggregation() if _is_score(task, metric)]
    return {_name(metric, filtering.name) for metric in own for filtering in task._filters}


def _is_score(task: Task, metric: str) -> bool:
    """Whether a metric is a mean over documents of which more is better."""
    mean = getattr(task.aggregation().get(metric), "__name__", "") == "mean"
    return mean and bool(task.higher_is_better().get(metric, True))


def _name(metric: str, filtering: str) -> str:
    return metric if filtering == "none" else f"{metric},{filtering}"


def _scoring_of(task: Task) -> dict[str, Any]:
    """What of a task's definition decides scores: functions by their files, no paths of data."""
    names = ("output_type", "doc_to_text", "doc_to_target", "doc_to_choice", "process_docs",
             "process_results", "metric_list", "filter_list", "repeats")  # fmt: skip
    own = {name: _scoring_value(getattr(task.config, name)) for name in names}
    # What a task may score by, less the path that lm-eval adds.
    metadata = {**(task.config.metadata or {})}
    metadata.pop("config_source", None)
    own["metadata"] = _plain(metadata)
    # A task may be a class of its own, which lm-eval's YAML names by `class: !function`.
    return {"version": str(task.VERSION), "class": identity_of(type(task))} | own


def _scoring_value(value: Any) -> Any:
    """A setting as JSON, with every function in it by the files behind it."""
    if isinstance(value, Mapping):
        return {str(key): _scoring_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scoring_value(inner) for inner in value]
    return identity_of(value) if callable(value) else _plain(value)


def _canonical(doc: dict[str, Any]) -> str:
    return json.dumps(doc, sort_keys=True, ensure_ascii=False, default=str)


def _plain(argument: Any) -> Any:
    text = json.dumps(argument, sort_keys=True, default=str)
    # Digests are of JSON, which has no infinity.
    return json.loads(text, parse_constant=str)
