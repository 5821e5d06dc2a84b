"""The fixed requests of a benchmark: the same documents, prompts and shots for every ablation."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.task import Task

from benchprof import digests
from benchprof.sampling import derived_seed, sample
from benchprof.sandbox.program import program_verdicts
from benchprof.sandbox.sandbox import Sandbox, Verdict
from benchprof.tasks.definition import ShownOptions
from benchprof.tasks.document import Document, document_of, offer_of
from benchprof.tasks.functions import identity_of
from benchprof.tasks.guessing import Pool, pool_of
from benchprof.tasks.metrics import Response, metrics_of, probability_of_gold, task_scores

TRIED = (("", -1.0), ('½ [1,2.3.4"\n\n{-', -1e4))
"""An empty and an odd text; and log-likelihoods, of which the second's exponential is zero."""


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
    def any_written(self) -> bool:
        """Whether the model writes an answer, and does not choose among given ones alone."""
        return any(instance.request_type == "generate_until" for instance in self.instances)

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
        return chosen | set.intersection(*map(metrics_of, tasks.values()))

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
        return scores | task_scores(self.documents, by_document)

    def try_scoring(self) -> None:
        """Score an empty and an odd answer to every request, as any model may give them.

        A function of the task that does not bear them would end the job after the model answered.

        Raises:
            InputError: names the task, the document and the function.
        """
        kinds = [instance.request_type for instance in self.instances]
        for text, value in TRIED:
            answers = {"loglikelihood": (value, False), "loglikelihood_rolling": value}
            self.scores([answers.get(kind, text) for kind in kinds])

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
    shown: ShownOptions | None = None,
) -> Requests:
    """Build the requests of a benchmark.

    Args:
        tasks: the benchmark's tasks.
        limit: at most so many documents, a seeded sample over all tasks, nested in `limit`.
        seed: of the sample and of the few-shot draw.
        chat_template: renders messages, where prompts go through the model's template.
        exclude: ids of documents that are left out before the sample is drawn.
        shown: the options that a question shows to a model that writes freely.
    """
    pool = [
        (task, i, doc)
        for task in tasks
        for i, doc in enumerate(task.eval_docs)
        if doc.get("id") not in exclude
    ]
    offers = [offer_of(task, index, doc, shown) for task, index, doc in pool]
    contents = [_canonical(doc) for _, _, doc in pool]
    documents = []
    for number in sample(contents, limit, seed):
        task, index, doc = pool[number]
        digest = digests.of_bytes(contents[number].encode())[:16]
        # All documents of a task get the same draw, less the document itself: they share a prefix.
        task.set_fewshot_seed(derived_seed(seed, str(task.config.task)))
        documents.append(document_of(task, index, digest, doc, chat_template, offers[number]))
    return Requests(tuple(documents), pool_of(offers))


def _scoring_of(task: Task) -> dict[str, Any]:
    """The parts of a task's definition that decide scores: functions by files, no paths of data."""
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
