"""Exact scoring of lm-eval requests over a loaded causal language model, each prefix once.

`TreeScorer` is an lm-eval model. A job that scores the same requests under many edits of the
weights prepares them once and scores them again for every edit:

    prepared = scorer.prepare(instances)      # tokens, tree, rows
    print(prepared.plan.describe())
    scorer.score(prepared)                    # [(log-likelihood, greedy), ...]
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import configure_pad_token, resolve_max_length
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window
from numpy.typing import NDArray
from tqdm import tqdm

from benchprof.scoring.attention import KeptPaths
from benchprof.scoring.budget import generation_tokens, scoring_tokens
from benchprof.scoring.cache import KeysValues, cache_of, layers_of
from benchprof.scoring.chat import render_chat
from benchprof.scoring.encoder import Encoder, Pair, check_pair
from benchprof.scoring.forward import Forward, Scores, is_out_of_memory
from benchprof.scoring.generation import BatchTooLargeError, free_cached_memory, generate
from benchprof.scoring.packing import pack, unroll
from benchprof.scoring.plan import Plan, Row, batched
from benchprof.scoring.target import Target, assign, fit, halve
from benchprof.scoring.tree import Ints, grow
from benchprof.scoring.trial import failed_trial, pads_exactly

logger = logging.getLogger(__name__)

Answer = tuple[float, bool]
"""Log-likelihood of a continuation; whether greedy decoding would produce it."""


@dataclass(frozen=True)
class Prepared:
    """Requests made ready to be scored under any weights of the same model."""

    plan: Plan
    requests: tuple[Pair, ...]
    """Context and continuation of each request in tokens, before truncation."""
    truncated: int
    """How many requests lost tokens on the left because they exceed the model's length."""
    exact_packing: bool
    owners: NDArray[np.int64]
    """The request of every slot, [slots]."""
    tokens: Ints
    """Token of every node of the tree."""
    targets: tuple[tuple[Target, ...], ...]
    """Per group: of its trunk, if it has one, then of its rows."""
    kept: KeptPaths
    """What attention needs of the batches, from the first time that they are scored."""


class TreeScorer(TemplateLM):  # type: ignore[misc]
    """An lm-eval model that computes every distinct prefix as nearly once as it can.

    Tokenisation, truncation and chat templates are those of lm-eval's own `hf` model. `truncated`
    counts the requests that were cut to `max_length`, over the life of the object. `token_budget`
    is the size of a batch; None finds it from the model's sizes and the kind of device.
    `generation_budget` is that of written answers. Running out of memory halves either.
    """

    backend = "causal"

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        token_budget: int | None = None,
        max_length: int | None = None,
        add_bos_token: bool | None = None,
        chat_template_arguments: dict[str, Any] | None = None,
        description: str | None = None,
    ) -> None:
        """Wrap a loaded model; its parameters may be edited between calls, its modules may not.

        A trial of the model decides whether requests share rows; the log says why if they do not.
        `description` shows a tqdm bar. `chat_template_arguments` are those of `render_chat`.
        """
        super().__init__()
        self.model = model.eval()
        self._device = model.device
        self.tokenizer = configure_pad_token(tokenizer, model_config=model.config)
        self.max_length = max_length or resolve_max_length(model.config, tokenizer)
        self.encoder = Encoder(self.tokenizer, add_bos_token)
        self.chat_template_arguments = chat_template_arguments or {}
        self.description = description
        self.truncated = 0
        self.forward = Forward(self.model)
        self.forward.obstacle = self.forward.obstacle or failed_trial(self.forward)
        if self.forward.obstacle is not None:
            logger.warning("no row is shared between requests: %s", self.forward.obstacle)
        self.token_budget = token_budget or scoring_tokens(
            self._device.type, self.forward.dimensions, plain=self.forward.obstacle is not None
        )
        weights = sum(weight.nbytes for weight in self.model.parameters())
        self.generation_budget = token_budget or generation_tokens(
            self._device.type, self.forward.dimensions, weights
        )

    @property
    def eot_token_id(self) -> int:
        """The token that ends a text."""
        return self.encoder.end

    @property
    def prefix_token_id(self) -> int:
        """The token that stands for an empty context."""
        return self.encoder.prefix

    @property
    def tokenizer_name(self) -> str:
        """Name of the tokenizer in a form fit for a file name."""
        return str(self.tokenizer.name_or_path).replace("/", "__")

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, **_: Any
    ) -> list[int]:
        """Tokenize; a text that already begins with the prefix token gets no second one."""
        return self.encoder.tokens_of([string], add_special_tokens)[string]

    def encode_prompt(self, text: str) -> list[int]:
        """Tokenize what is to be continued; an empty text is the prefix token."""
        return self.tok_encode(text) or [self.prefix_token_id]

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Render a conversation with the tokenizer's chat template."""
        return render_chat(
            self.tokenizer, chat_history, add_generation_prompt, **self.chat_template_arguments
        )

    def encode(self, instances: Sequence[Instance]) -> list[Pair]:
        """Tokenize log-likelihood requests (context, continuation) as lm-eval does."""
        return self.encoder.pairs_of([instance.args for instance in instances])

    def prepare(self, instances: Sequence[Instance], kept: KeptPaths | None = None) -> Prepared:
        """Tokenize and plan requests once; raises InputError for one that cannot be scored.

        Requests that are prepared apart share the room of `kept` where they are given the same.
        """
        return self.prepare_tokens(self.encode(instances), kept)

    def plan(self, requests: Sequence[Instance]) -> Plan:
        """Plan requests without running them."""
        return self.prepare(requests).plan

    def prepare_tokens(self, pairs: Sequence[Pair], kept: KeptPaths | None = None) -> Prepared:
        """Plan requests given in tokens."""
        for number, pair in enumerate(pairs):
            check_pair(f"log-likelihood request {number}", pair, self.max_length)
        fed = [(a + b)[-(self.max_length + 1) :][:-1] for a, b in pairs]
        truncated = sum(len(a) + len(b) - 1 > self.max_length for a, b in pairs)
        self.truncated += truncated
        if truncated:
            lost = "%d of %d requests exceed %d tokens and lose the excess on the left"
            logger.warning(lost, truncated, len(pairs), self.max_length)
        forward, frequencies = self.forward, self.forward.rotaries.frequencies
        tree = grow(fed, [frequencies(len(sequence)) for sequence in fed])
        plain = forward.obstacle is not None
        groups = unroll(tree, frequencies) if plain else pack(tree, self.token_budget)
        plan = Plan(groups, tree.size, self.token_budget, forward.dimensions, forward.eager, plain)
        lengths = [len(continuation) for _, continuation in pairs]
        tails = [tree.tail(int(n), k) for n, k in zip(tree.leaves, lengths, strict=True)]
        nodes = np.concatenate([np.empty(0, np.int64), *tails])
        tokens = np.fromiter((t for pair in pairs for t in pair[1]), np.int64, len(nodes))
        return Prepared(
            plan=plan,
            requests=tuple(pairs),
            truncated=truncated,
            exact_packing=not plain,
            owners=np.repeat(np.arange(len(pairs)), lengths),
            tokens=tree.tokens,
            targets=assign(groups, nodes, tokens),
            kept=kept or KeptPaths(),
        )

    def score(self, prepared: Prepared) -> list[Answer]:
        """Score prepared requests with the weights as they are now, in the order of the requests.

        Raises what ran out of memory if a single path, or what rows share, does not fit.
        """
        logprobs = np.zeros(len(prepared.owners))
        greedy = np.ones(len(prepared.owners), bool)
        total = prepared.plan.tokens
        bar = tqdm(total=total, desc=self.description, unit="token", disable=not self.description)
        with torch.inference_mode(), bar:
            for slots, values, hits, tokens in self._scores(prepared):
                logprobs[slots], greedy[slots] = values, hits
                bar.update(min(tokens, total - bar.n))  # rows that are cut repeat ancestors
        count = len(prepared.requests)
        sums = np.bincount(prepared.owners, weights=logprobs, minlength=count)
        misses = np.bincount(prepared.owners, weights=~greedy, minlength=count)
        return [(float(s), bool(m == 0)) for s, m in zip(sums, misses, strict=True)]

    def loglikelihood(
        self,
        requests: list[Instance],
        disable_tqdm: bool = False,  # noqa: ARG002
    ) -> list[Answer]:
        """Log-likelihood of continuations, and whether each is greedy."""
        answers = self.score(self.prepare(requests))
        for instance, answer in zip(requests, answers, strict=True):
            self.cache_hook.add_partial("loglikelihood", instance.args, answer)
        return answers

    def _loglikelihood_tokens(
        self, requests: list[tuple[Any, list[int], list[int]]], **__: Any
    ) -> list[Answer]:
        return self.score(self.prepare_tokens([(a, b) for _, a, b in requests]))

    def loglikelihood_rolling(
        self,
        requests: list[Instance],
        disable_tqdm: bool = False,  # noqa: ARG002
    ) -> list[float]:
        """Log-likelihood of whole texts, cut into windows of the model's length as lm-eval does."""
        windows: list[tuple[None, list[int], list[int]]] = []
        owners = []
        for number, instance in enumerate(requests):
            for window in get_rolling_token_windows(
                self.tok_encode(instance.args[0]), self.prefix_token_id, self.max_length, 1
            ):
                windows.append((None, *make_disjoint_window(window)))
                owners.append(number)
        answers = self._loglikelihood_tokens(windows)
        sums = np.bincount(owners, [a[0] for a in answers], minlength=len(requests))
        for instance, total in zip(requests, sums, strict=True):
            self.cache_hook.add_partial("loglikelihood_rolling", instance.args, float(total))
        return [float(total) for total in sums]

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Greedy continuations up to a stop string, all under one budget; see `generation`."""
        if self.forward.obstacle is not None and self.forward.pads is None:
            self.forward.pads = pads_exactly(self.forward, self.tokenizer)
            if not self.forward.pads:
                logger.warning("prompts are answered one by one: padding would change answers")
        texts, truncated = self._generate([instance.args for instance in requests], disable_tqdm)
        self.truncated += truncated
        for instance, text in zip(requests, texts, strict=True):
            self.cache_hook.add_partial("generate_until", instance.args, text)
        return texts

    def _generate(
        self, requests: Sequence[tuple[str, dict[str, Any]]], quiet: bool
    ) -> tuple[list[str], int]:
        """Generate; where memory runs out, all of it again under a smaller budget, which stays."""
        while True:
            try:
                return generate(
                    self.forward,
                    self.tokenizer,
                    requests,
                    encode=self.encode_prompt,
                    max_length=self.max_length,
                    token_budget=self.generation_budget,
                    quiet=quiet,
                )
            except BatchTooLargeError as error:
                failed = error.tokens
            # Outside `except`, where the traceback would hold the tensors.
            while self.generation_budget >= failed:
                self.generation_budget //= 2
            again = "out of memory: all answers are written again in batches of %d tokens"
            logger.warning(again, self.generation_budget)
            gc.collect()
            free_cached_memory()

    def _scores(self, prepared: Prepared) -> Iterator[Scores]:
        """Score batch by batch, in the order of the groups, with the trunks above each at hand."""
        trunks: list[tuple[int, list[KeysValues]]] = []  # of the groups above, outermost first
        for number, group in enumerate(prepared.plan.groups):
            while trunks and trunks[-1][0] != group.parent:
                trunks.pop()
            layers = trunks[-1][1] if trunks else []
            targets = prepared.targets[number]
            if group.trunk is not None:
                cache = cache_of(layers, growing=True)
                row, base = (group.trunk, targets[0]), group.base - len(group.trunk)
                yield self.forward.batch(prepared.tokens, [row], base, cache, prepared.kept)
                layers, targets = layers_of(cache), targets[1:]
            trunks.append((number, layers))
            rows = list(zip(group.rows, targets, strict=True))
            yield from self._score_rows(prepared, rows, group.base, layers)

    def _score_rows(
        self,
        prepared: Prepared,
        rows: list[tuple[Row, Target]],
        base: int,
        layers: list[KeysValues],
    ) -> Iterator[Scores]:
        """Score a group's rows; running out of memory halves the budget, and the rest goes on."""
        waiting = rows
        if self.token_budget < prepared.plan.token_budget:  # it has been halved since
            waiting = fit(rows, self.token_budget, base)
        while waiting:
            ahead = [row for row, _ in waiting]
            size = len(next(batched(ahead, self.token_budget, prepared.plan.padded)))
            batch, waiting = waiting[:size], waiting[size:]
            cache = cache_of(layers, growing=False) if layers else None
            try:
                scores = self.forward.batch(prepared.tokens, batch, base, cache, prepared.kept)
            except (MemoryError, RuntimeError) as error:
                smaller = batch if size > 1 else halve(*batch[0])
                if not is_out_of_memory(error) or len(smaller) == 1:
                    raise
                scores = None
            if scores is not None:
                yield scores
                continue
            # Outside `except`, where the traceback would hold the tensors.
            prepared.kept.give_up()
            tokens = sum(len(row) for row, _ in batch)
            if tokens <= self.token_budget:  # a longer row says nothing about others
                self.token_budget = max(1, tokens // 2)
                logger.warning("out of memory: a batch has now %d tokens", self.token_budget)
            gc.collect()
            free_cached_memory()
            waiting = fit(smaller + waiting, self.token_budget, base)
