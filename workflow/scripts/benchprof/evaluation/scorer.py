"""Exact scoring of lm-eval requests over a loaded causal language model, each prefix once.

`TreeScorer` is an lm-eval model. A job that scores the same requests under many edits of the
weights prepares them once and scores them again for every edit:

    prepared = scorer.prepare(instances)      # tokens, tree, rows
    print(prepared.plan.describe())
    scorer.score(prepared)                    # [(log-likelihood, greedy), ...]
"""

from __future__ import annotations

import gc
import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
import numpy as np
import psutil
import torch
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import configure_pad_token, has_bos_prefix, resolve_max_length
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window
from numpy.typing import NDArray
from tqdm import tqdm
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from benchprof.errors import InputError
from benchprof.evaluation.generation import generate, is_out_of_memory
from benchprof.evaluation.packing import (
    Dimensions,
    Lengths,
    Plan,
    Row,
    Target,
    assign,
    batched,
    pack,
    unroll,
)
from benchprof.evaluation.tree import Ints, grow

logger = logging.getLogger(__name__)

Pair = tuple[list[int], list[int]]
"""Token numbers of a context and of its continuation."""
Answer = tuple[float, bool]
"""Log-likelihood of a continuation; whether greedy decoding would produce it."""
KeysValues = tuple[torch.Tensor, torch.Tensor]
"""Of one layer, each [1, heads, base, size]."""
Scores = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], int]
"""Slots of the results, their log-probabilities, whether each token is the likeliest [all: slots],
and the number of tokens computed."""

MOST_TOKENS = {"cpu": 1152, "cuda": 32768}
"""Beyond these a larger batch gains nothing: the linear layers already run at full speed."""
MEMORY_SHARE = 0.5
"""Share of the free memory that the estimated peak may take."""
LOGIT_BYTES = 1 << 26
"""Size of the largest float32 block of logits that is held at once."""


# --- Families: what is known to be exact -------------------------------------------------------


@dataclass(frozen=True)
class Family:
    """How a family's decoder takes its mask and what it does to the output of its head."""

    masks: str
    """`full`: one mask. `window`: one mask, cut to `config.sliding_window` where that is set.
    `layers`: a dictionary by the layer types of the configuration."""
    head: Callable[[torch.Tensor, Any], torch.Tensor] = lambda logits, config: logits  # noqa: ARG005


def _softcapped(logits: torch.Tensor, config: Any) -> torch.Tensor:
    cap = config.final_logit_softcapping
    return logits if cap is None else torch.tanh(logits / cap) * cap


FAMILIES = {
    "llama": Family("full"),
    "gpt2": Family("full"),
    "gpt_neox": Family("full"),
    "phi": Family("full"),
    "gemma": Family("full"),
    "olmo": Family("full"),
    "olmo2": Family("full"),
    "stablelm": Family("full"),
    "cohere": Family("full", lambda logits, config: logits * config.logit_scale),
    "granite": Family("full", lambda logits, config: logits / config.logits_scaling),
    "mistral": Family("window"),
    "mixtral": Family("window"),
    "phi3": Family("window"),
    "starcoder2": Family("window"),
    "qwen2": Family("layers"),
    "qwen3": Family("layers"),
    "smollm3": Family("layers"),
    "gemma2": Family("layers", _softcapped),
    "gemma3_text": Family("layers", _softcapped),
}
"""By `config.model_type`; every entry is tested against plain rows. Positions are rotary or
learned, never recurrent, convolutional or a bias of the distance in the row."""


def obstacle(model: Any) -> str | None:
    """Say why rows of several paths would not be exact for a model; None if they are."""
    config = model.config
    attention = getattr(config, "_attn_implementation", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    ropes = getattr(config, "rope_parameters", None) or {}
    ropes = [ropes, *(rope for rope in ropes.values() if isinstance(rope, dict))]
    obstacles = {
        f"the family {config.model_type!r} is not known to take a tree's mask": (
            config.model_type not in FAMILIES
        ),
        f"attention {attention!r} takes no dense mask": attention not in ("sdpa", "eager"),
        "its attention is bidirectional": getattr(config, "use_bidirectional_attention", None),
        f"its layers are not all attention: {sorted(kinds)}": (
            not kinds <= {"full_attention", "sliding_attention"}
        ),
        "its rotary frequencies depend on the length of the longest sequence of a batch": any(
            rope.get("rope_type") in ("dynamic", "longrope") for rope in ropes
        ),
        "its decoder and its head cannot be called apart": (
            model.base_model is model or model.get_output_embeddings() is None
        ),
    }
    return next((reason for reason, holds in obstacles.items() if holds), None)


def path_mask(
    ends: torch.Tensor, positions: torch.Tensor, base: int, window: int | None, dtype: torch.dtype
) -> torch.Tensor:
    """Build the additive mask [batch, 1, length, base + length] by which tokens see their own path.

    `ends` [batch, length] is one past each place's subtree, `positions` [batch, length] the depth
    in the path, which is also what a sliding window counts. The first `base` keys are the trunk's.
    """
    length = ends.shape[1]
    place = torch.arange(length, device=ends.device)
    visible = (place[None, None, :] <= place[None, :, None]) & (
        place[None, :, None] < ends[:, None, :]
    )
    below = torch.arange(base, device=ends.device).expand(ends.shape[0], base)
    visible = torch.cat([visible.new_ones(()).expand(*ends.shape, base), visible], dim=-1)
    if window is not None:
        keys = torch.cat([below, positions], dim=-1)
        visible &= positions[:, :, None] - keys[:, None, :] < window
    mask = torch.zeros(visible.shape, dtype=dtype, device=ends.device)
    return mask.masked_fill_(~visible, torch.finfo(dtype).min)[:, None]


class TrunkLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values of a trunk [1, heads, base, size], put before those of any batch, unchanged.

    The library's own layer would keep the concatenation of every layer alive to the end.
    """

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return keys and values [batch, heads, base + length, size]."""
        shape = (key_states.shape[0], -1, -1, -1)
        return (
            torch.cat([self.keys.expand(shape), key_states], dim=-2),
            torch.cat([self.values.expand(shape), value_states], dim=-2),
        )


def _layers(cache: Any) -> list[KeysValues]:
    """Read the keys and values of every layer."""
    return [(layer.keys, layer.values) for layer in cache.layers]


def _cache(trunk: Sequence[KeysValues], growing: bool) -> Any:
    """Make a cache that begins with a trunk's keys and values; `growing` ones keep what comes."""
    cache = DynamicCache()
    for keys, values in trunk:
        if growing:
            layer = DynamicLayer()
            layer.keys, layer.values, layer.is_initialized = keys, values, True
        else:
            layer = TrunkLayer(keys, values)
        cache.layers.append(layer)
    return cache


class Forward:
    """Runs batches of rows through a model, and its head only where log-probabilities are read."""

    def __init__(self, model: Any) -> None:
        self.model, self.config, self.device = model, model.config, model.device
        self.obstacle = obstacle(model)
        self.dimensions = Dimensions.of(
            getattr(self.config, "text_config", None) or self.config, model.dtype.itemsize
        )
        self.eager = getattr(self.config, "_attn_implementation", None) == "eager"
        names = inspect.signature(model.base_model.forward).parameters
        self._cache_name = "cache" if "cache" in names else "past_key_values"

    def batch(
        self,
        tree_tokens: Ints,
        rows: Sequence[tuple[Row, Target]],
        base: int,
        cache: Any,
    ) -> Scores:
        """Score one batch of rows over `base` cached tokens; rows are padded on the right."""
        length = max(len(row) for row, _ in rows)
        shape = (len(rows), length)
        tokens, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        # A padding token sees itself alone, and nothing sees it.
        ends = np.tile(np.arange(1, length + 1), (len(rows), 1))
        for number, (row, _) in enumerate(rows):
            tokens[number, : len(row)] = tree_tokens[row.nodes]
            positions[number, : len(row)] = row.depths
            ends[number, : len(row)] = row.ends
        counts = np.cumsum([0, *(len(target.places) for _, target in rows)])
        places = np.concatenate([t.places + i * length for i, (_, t) in enumerate(rows)])
        inputs = torch.from_numpy(np.stack([tokens, positions, ends])).to(self.device)
        states = self._states(inputs, base, cache, torch.from_numpy(places).to(self.device))
        index = np.concatenate([t.rows + counts[i] for i, (_, t) in enumerate(rows)])
        targets = np.concatenate([target.tokens for _, target in rows])
        values, hits = self._read(states, index, targets)
        slots = np.concatenate([target.slots for _, target in rows])
        return slots, values, hits, sum(len(row) for row, _ in rows)

    def _states(
        self, inputs: torch.Tensor, base: int, cache: Any, places: torch.Tensor
    ) -> torch.Tensor:
        """Hidden states (plain rows: logits) [places, width] at flat places of the batch.

        `inputs` [3, batch, length] are the tokens, their positions and the ends of their subtrees.
        """
        tokens, positions, ends = inputs
        if self.obstacle is not None:
            logits: torch.Tensor = self.model(input_ids=tokens, use_cache=False).logits
            return logits.flatten(0, 1)[places]
        output = self.model.base_model(
            input_ids=tokens,
            attention_mask=self._masks(ends, positions, base),
            position_ids=positions,
            use_cache=False,
            **({} if cache is None else {self._cache_name: cache}),
        )
        hidden: torch.Tensor = output.last_hidden_state
        return hidden.flatten(0, 1)[places]

    def _masks(self, ends: torch.Tensor, positions: torch.Tensor, base: int) -> Any:
        """Build the mask, or the masks by layer type, as the family takes them."""
        kind, dtype = FAMILIES[self.config.model_type].masks, self.model.dtype
        window = getattr(self.config, "sliding_window", None)
        if kind == "full":
            return path_mask(ends, positions, base, None, dtype)
        if kind == "window":
            return path_mask(ends, positions, base, window, dtype)
        windows = {"full_attention": None, "sliding_attention": window}
        return {
            layer_type: path_mask(ends, positions, base, windows[layer_type], dtype)
            for layer_type in sorted(set(self.config.layer_types))
        }

    def _read(
        self, states: torch.Tensor, index: NDArray[np.int64], targets: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Log-probabilities of `targets` at `states[index]` and whether each is the likeliest.

        `index` is ascending.
        The vocabulary's logits exist for a chunk of
        states at a time, in float32.
        """
        values, hits = np.empty(len(index)), np.empty(len(index), bool)
        chunk = max(1, LOGIT_BYTES // (4 * self.dimensions.vocabulary))
        for start in range(0, len(states), chunk):
            first, last = np.searchsorted(index, [start, start + chunk])
            logits = self._logits(states[start : start + chunk]).float()
            row = torch.from_numpy(index[first:last] - start).to(self.device)
            token = torch.from_numpy(targets[first:last]).to(self.device)
            # Not `logsumexp`, although it rounds better: lm-eval's numbers come from this kernel,
            # whose rounding over a large vocabulary adds up to 1e-4 in one answer.
            logprobs = torch.log_softmax(logits, -1)
            values[first:last] = logprobs[row, token].double().cpu().numpy()
            hits[first:last] = (logits.argmax(-1)[row] == token).cpu().numpy()
        return values, hits

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        if self.obstacle is not None:
            return states
        head = FAMILIES[self.config.model_type].head
        return head(self.model.get_output_embeddings()(states), self.config)


# --- What is prepared once ---------------------------------------------------------------------


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


# --- The model ---------------------------------------------------------------------------------


class TreeScorer(TemplateLM):  # type: ignore[misc]
    """An lm-eval model that computes every distinct prefix as nearly once as it can.

    Tokenisation, truncation and chat templates are those of lm-eval's own `hf` model. `truncated`
    counts the requests that were cut to `max_length`, over the life of the object. `token_budget`
    is the size of a batch; None finds it from the free memory, and running out of memory halves it.
    """

    backend = "causal"

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        token_budget: int | None = None,
        max_length: int | None = None,
        row_length: int | None = None,
        add_bos_token: bool | None = None,
        prefix_token_id: int | None = None,
        chat_template_arguments: dict[str, Any] | None = None,
        description: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Wrap a loaded model; its parameters may be edited between calls, its modules may not.

        `row_length` bounds the rows (by default twice the length to which pieces are gathered; a
        longer path always gets the row that it needs). `description` shows a tqdm bar; `progress`
        is called with (tokens done, tokens of the plan) instead.
        """
        super().__init__()
        self.model = model.eval()
        self._device = model.device
        self.tokenizer = configure_pad_token(tokenizer, model_config=model.config)
        self.max_length = max_length or resolve_max_length(model.config, tokenizer)
        self.add_bos_token = add_bos_token
        self.custom_prefix_token_id = prefix_token_id
        self.chat_template_arguments = chat_template_arguments or {}
        self.description, self.progress = description, progress
        self.truncated = 0
        self.forward = Forward(self.model)
        if self.forward.obstacle is not None:
            logger.warning("no row is shared between requests: %s", self.forward.obstacle)
        target, balance = self.forward.dimensions.target, self.forward.dimensions.balance
        longest = row_length or 2 * target
        self.lengths = Lengths(min(target, longest), longest, balance)
        self.token_budget = token_budget or self._find_budget()
        self.generation_budget = token_budget or 16 * self.token_budget

    # Text: the same as lm-eval's `hf` model.

    @property
    def eot_token_id(self) -> int:
        """The token that ends a text."""
        return int(self.tokenizer.eos_token_id)

    @property
    def prefix_token_id(self) -> int:
        """The token that stands for an empty context."""
        for candidate in (self.custom_prefix_token_id, self.tokenizer.bos_token_id):
            if candidate is not None:
                return int(candidate)
        return self.eot_token_id

    @property
    def tokenizer_name(self) -> str:
        """Name of the tokenizer in a form fit for a file name."""
        return str(self.tokenizer.name_or_path).replace("/", "__")

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, **_: Any
    ) -> list[int]:
        """Tokenize; a text that already begins with the prefix token gets no second one."""
        special = add_special_tokens if add_special_tokens is not None else self.add_bos_token
        prefix = self.tokenizer.decode(self.prefix_token_id)
        if add_special_tokens is None and has_bos_prefix(string, prefix):
            special = False
        arguments = {} if special is None else {"add_special_tokens": special}
        return list(self.tokenizer.encode(string, **arguments))

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Render a conversation; a template that refuses the system role gets none."""
        arguments: dict[str, Any] = {
            "tokenize": False,
            "add_generation_prompt": add_generation_prompt,
            "continue_final_message": not add_generation_prompt,
            **self.chat_template_arguments,
        }
        try:
            return str(self.tokenizer.apply_chat_template(chat_history, **arguments))
        except jinja2.exceptions.TemplateError:
            logger.warning("the chat template failed; trying again without the system role")
            rest = [message for message in chat_history if message["role"] != "system"]
            return str(self.tokenizer.apply_chat_template(rest, **arguments))

    # Requests.

    def encode(self, instances: Sequence[Instance]) -> list[Pair]:
        """Tokenize log-likelihood requests (context, continuation) as lm-eval does."""
        pairs = []
        for instance in instances:
            context, continuation = instance.args
            if context:
                pairs.append(self._encode_pair(context, continuation))
                continue
            tokens = self.tok_encode(continuation, add_special_tokens=False)
            has_prefix = tokens[:1] == [self.prefix_token_id]
            pairs.append(
                (tokens[:1], tokens[1:]) if has_prefix else ([self.prefix_token_id], tokens)
            )
        return pairs

    def prepare(self, instances: Sequence[Instance]) -> Prepared:
        """Tokenize and plan requests once; raises InputError for one that cannot be scored."""
        return self.prepare_tokens(self.encode(instances))

    def plan(self, requests: Sequence[Instance]) -> Plan:
        """Plan requests without running them."""
        return self.prepare(requests).plan

    def prepare_tokens(self, pairs: Sequence[Pair]) -> Prepared:
        """Plan requests given in tokens."""
        for number, (context, continuation) in enumerate(pairs):
            if not context or not 0 < len(continuation) <= self.max_length:
                found = f"{len(context)} tokens of context, {len(continuation)} of continuation"
                expected = f"at least one of each and a continuation of at most {self.max_length}"
                raise InputError(f"log-likelihood request {number}", found, expected)
        fed = [(a + b)[-(self.max_length + 1) :][:-1] for a, b in pairs]
        truncated = sum(len(a) + len(b) - 1 > self.max_length for a, b in pairs)
        self.truncated += truncated
        if truncated:
            lost = "%d of %d requests exceed %d tokens and lose the excess on the left"
            logger.warning(lost, truncated, len(pairs), self.max_length)
        tree = grow(fed)
        forward = self.forward
        groups = unroll(tree) if forward.obstacle is not None else pack(tree, self.lengths)
        plan = Plan(groups, tree.size, self.token_budget, forward.dimensions, forward.eager)
        lengths = [len(continuation) for _, continuation in pairs]
        tails = [tree.tail(int(n), k) for n, k in zip(tree.leaves, lengths, strict=True)]
        nodes = np.concatenate([np.empty(0, np.int64), *tails])
        tokens = np.fromiter((t for pair in pairs for t in pair[1]), np.int64, len(nodes))
        return Prepared(
            plan=plan,
            requests=tuple(pairs),
            truncated=truncated,
            exact_packing=forward.obstacle is None,
            owners=np.repeat(np.arange(len(pairs)), lengths),
            tokens=tree.tokens,
            targets=assign(groups, nodes, tokens),
        )

    def score(self, prepared: Prepared) -> list[Answer]:
        """Score prepared requests with the weights as they are now, in the order of the requests.

        Raises what ran out of memory if a single row does not fit.
        """
        logprobs = np.zeros(len(prepared.owners))
        greedy = np.ones(len(prepared.owners), bool)
        done, total = 0, prepared.plan.tokens
        bar = tqdm(total=total, desc=self.description, unit="token", disable=not self.description)
        with torch.inference_mode(), bar:
            for slots, values, hits, tokens in self._scores(prepared):
                logprobs[slots], greedy[slots] = values, hits
                done += tokens
                bar.update(tokens)
                if self.progress is not None:
                    self.progress(done, total)
        count = len(prepared.requests)
        sums = np.bincount(prepared.owners, weights=logprobs, minlength=count)
        misses = np.bincount(prepared.owners, weights=~greedy, minlength=count)
        return [(float(s), bool(m == 0)) for s, m in zip(sums, misses, strict=True)]

    def _loglikelihood_tokens(
        self, requests: list[tuple[Any, list[int], list[int]]], **__: Any
    ) -> list[Answer]:
        answers = self.score(self.prepare_tokens([(a, b) for _, a, b in requests]))
        for (strings, _, _), answer in zip(requests, answers, strict=True):
            if strings is not None:
                self.cache_hook.add_partial("loglikelihood", strings, answer)
        return answers

    def loglikelihood_rolling(
        self, requests: list[Instance], disable_tqdm: bool = False
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
        answers = self._loglikelihood_tokens(windows, disable_tqdm=disable_tqdm)
        sums = np.bincount(owners, [a[0] for a in answers], minlength=len(requests))
        for instance, total in zip(requests, sums, strict=True):
            self.cache_hook.add_partial("loglikelihood_rolling", instance.args, float(total))
        return [float(total) for total in sums]

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Greedy continuations up to a stop string; see `generation`."""
        texts, truncated = generate(
            self.model,
            self.tokenizer,
            [instance.args for instance in requests],
            encode=self.tok_encode,
            max_length=self.max_length,
            token_budget=self.generation_budget,
            quiet=disable_tqdm,
        )
        self.truncated += truncated
        for instance, text in zip(requests, texts, strict=True):
            self.cache_hook.add_partial("generate_until", instance.args, text)
        return texts

    # Computation.

    def _find_budget(self) -> int:
        """Tokens a batch, from the memory that is free now."""
        dimensions, kind = self.forward.dimensions, self._device.type
        if kind == "cuda":
            free = torch.cuda.mem_get_info(self._device)[0]
        else:
            free = psutil.virtual_memory().available
        budget = MOST_TOKENS.get(kind, MOST_TOKENS["cpu"])
        if self.forward.obstacle is not None:
            # Plain rows hold the logits of all their positions.
            budget = min(budget, max(1, 8 * LOGIT_BYTES // (4 * dimensions.vocabulary)))
        length = dimensions.target
        while budget > length and (
            dimensions.peak_bytes(budget // length, length, 0, self.forward.eager)
            > MEMORY_SHARE * free
        ):
            budget //= 2
        return budget

    def _scores(self, prepared: Prepared) -> Iterator[Scores]:
        """Score batch by batch, in the order of the groups, with the trunks above each at hand."""
        trunks: list[tuple[int, list[KeysValues]]] = []  # of the groups above, outermost first
        for number, group in enumerate(prepared.plan.groups):
            while trunks and trunks[-1][0] != group.parent:
                trunks.pop()
            layers = trunks[-1][1] if trunks else []
            targets = prepared.targets[number]
            if group.trunk is not None:
                cache = _cache(layers, growing=True)
                row, base = (group.trunk, targets[0]), group.base - len(group.trunk)
                yield self.forward.batch(prepared.tokens, [row], base, cache)
                layers, targets = _layers(cache), targets[1:]
            trunks.append((number, layers))
            rows = list(zip(group.rows, targets, strict=True))
            yield from self._score_rows(prepared.tokens, rows, group.base, layers)

    def _score_rows(
        self,
        tokens: Ints,
        rows: list[tuple[Row, Target]],
        base: int,
        layers: list[KeysValues],
    ) -> Iterator[Scores]:
        """Score a group's rows; running out of memory halves the budget, and the rest goes on."""
        start = 0
        while start < len(rows):
            size = len(next(batched([row for row, _ in rows[start:]], self.token_budget)))
            batch = rows[start : start + size]
            cache = _cache(layers, growing=False) if layers else None
            try:
                scores = self.forward.batch(tokens, batch, base, cache)
            except (MemoryError, RuntimeError) as error:
                if size == 1 or not is_out_of_memory(error):
                    raise
                scores = None
            if scores is None:  # outside `except`: the traceback would hold the tensors
                self.token_budget = size * len(batch[0][0]) // 2
                logger.warning("out of memory: a batch has now %d tokens", self.token_budget)
                gc.collect()
                torch.cuda.empty_cache()
                continue
            start += size
            yield scores
