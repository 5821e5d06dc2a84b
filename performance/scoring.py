"""Measure the scoring engine against lm-eval's own `hf` model, side by side on the same requests.

python performance/scoring.py MODEL DATA [--limit 120] [--fewshot 5] [--dtype float32] ...

MODEL is a prepared model's folder, DATA a folder of the shipped benchmarks' items. Each engine has
a process of its own with the same requests, threads and dtype; while one runs the other waits, and
they take turns. Printed per benchmark, as a Markdown table: tokens given to the model by each
(padding included), the size of the prefix tree, seconds (the median of the runs), items per second,
peak resident memory, the largest difference of a log-likelihood, and both accuracies (of written
programs, which are not run, how many are the same). The speed-up
is the product of two factors that stand apart: fewer tokens (the tree), and less time per token.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchprof.models.prepared import PreparedModel
from benchprof.tasks.benchmark import ShippedBenchmark
from benchprof.tasks.definition import local_files, read_definition

BENCHMARKS = (
    "arc_challenge", "hellaswag", "winogrande", "boolq", "commonsense_qa", "openbookqa", "piqa"
)  # fmt: skip
BATCH_SIZES = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Job:
    """What both engines get."""

    model: str
    dtype: str
    data: Path
    limit: int
    fewshot: int | None
    seed: int
    threads: int


@dataclass(frozen=True)
class Run:
    """One pass over a benchmark's requests."""

    seconds: float
    tokens: int
    """Given to the model, padding included."""
    peak: int
    """Largest resident memory of the process so far, bytes."""
    responses: list[Any]


class Engine:
    """A process that holds one of the two engines and answers one call at a time."""

    def __init__(self, name: str, job: Job) -> None:
        """Start the process; `name` is `ours` or `hf`."""
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(name, job, theirs), daemon=True)
        self.process.start()
        self.call("ready")

    def call(self, *message: Any) -> Any:
        """Send a call and wait for its answer; raises what the engine raised."""
        self.pipe.send(message)
        answer = self.pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def serve(name: str, job: Job, pipe: Connection) -> None:
    """Answer calls until the parent is gone."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(job.threads)
    bench = Bench(name, job)
    while True:
        try:
            call, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(None if call == "ready" else getattr(bench, call)(*arguments))
        except Exception as error:
            pipe.send(error)


class Bench:
    """One engine with the model loaded, in its own process."""

    def __init__(self, name: str, job: Job) -> None:
        """Load the model and count what it is given."""
        from lm_eval.models.huggingface import HFLM  # noqa: PLC0415
        from transformers import AutoModelForCausalLM  # noqa: PLC0415

        from benchprof.models.allocation import keep_freed_memory  # noqa: PLC0415
        from benchprof.models.linear import speed_up_scoring  # noqa: PLC0415
        from benchprof.models.loading import load_model, load_tokenizer  # noqa: PLC0415
        from benchprof.scoring.scorer import TreeScorer  # noqa: PLC0415

        folder = Path(job.model)
        tokenizer = load_tokenizer(folder)
        self.job, self.tokens = job, 0
        self.engine: Any
        if name == "ours":
            model = load_model(PreparedModel(folder, job.dtype, "auto"))
            speed_up_scoring(model)
            keep_freed_memory(model.device)
            self.engine = TreeScorer(model, tokenizer)
        else:
            # As lm-eval loads it.
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=job.dtype).eval()
            self.engine = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1)
        model.get_input_embeddings().register_forward_pre_hook(self._count)

    def build(self, benchmark: str) -> dict[str, Any]:
        """Build a benchmark's requests; returns what is known before anything runs."""
        from benchprof.scoring.scorer import TreeScorer  # noqa: PLC0415
        from benchprof.tasks.requests import build_requests  # noqa: PLC0415
        from benchprof.tasks.source import load_tasks, task_source  # noqa: PLC0415

        entry = ShippedBenchmark(benchmark=benchmark, fewshot=self.job.fewshot)
        files = local_files(read_definition(benchmark, "--benchmarks"), self.job.data)
        tasks = load_tasks(task_source(entry, local_files=files))
        self.requests = build_requests(tasks, self.job.limit, self.job.seed)
        known = {"items": len(self.requests.documents), "digest": self.requests.digest}
        if isinstance(self.engine, TreeScorer) and self._kind == "loglikelihood":
            plan = self.engine.plan(self.requests.instances)
            known |= {"tree": plan.tree_size, "plan": plan.describe()}
        return known

    def run(self, batch_size: int | None, items: int | None) -> Run:
        """Answer the requests of the first `items` documents, all by default."""
        documents = self.requests.documents[:items]
        instances = [instance for document in documents for instance in document.instances]
        if batch_size is not None:
            self.engine.batch_size_per_gpu = batch_size
        self.tokens = 0
        started = time.perf_counter()
        responses = list(getattr(self.engine, self._kind)(instances, disable_tqdm=True))
        seconds = time.perf_counter() - started
        return Run(seconds, self.tokens, peak_memory(), responses)

    def scores(self, responses: Sequence[Any]) -> dict[str, list[float]]:
        """Each document's score by metric."""
        return self.requests.scores(responses)

    @property
    def _kind(self) -> str:
        return str(self.requests.instances[0].request_type)

    def _count(self, _: Any, arguments: tuple[Any, ...]) -> None:
        self.tokens += arguments[0].numel()


def peak_memory() -> int:
    """Largest resident memory since the last call, bytes (Linux), and begin anew.

    An engine that keeps freed memory (ours) keeps that of earlier benchmarks as well.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(peak) * 1024


def best_batch_size(hf: Engine, trial: int, sizes: Sequence[int]) -> int:
    """The size with which lm-eval is fastest on the first `trial` documents."""
    hf.call("run", sizes[len(sizes) // 2], trial)  # the first run is slower
    seconds = {size: hf.call("run", size, trial).seconds for size in sizes}
    return min(seconds, key=lambda size: seconds[size])


def compare(
    benchmark: str, ours: Engine, hf: Engine, runs: int, trial: int, sizes: Sequence[int]
) -> dict[str, Any]:
    """Measure one benchmark; the engines take turns."""
    known, theirs = ours.call("build", benchmark), hf.call("build", benchmark)
    if known["digest"] != theirs["digest"]:
        raise AssertionError(f"{benchmark}: the engines were given different requests")
    size = best_batch_size(hf, trial, sizes)
    ours.call("run", None, trial)  # as warm as the other
    pairs = [(ours.call("run", None, None), hf.call("run", size, None)) for _ in range(runs)]
    mine, their = (
        statistics.median(run.seconds for run in side) for side in zip(*pairs, strict=True)
    )
    first, second = pairs[0]
    row: dict[str, Any] = {
        "benchmark": benchmark,
        "items": known["items"],
        "tree": known.get("tree"),
        "tokens ours": first.tokens,
        "tokens hf": second.tokens,
        "batch hf": size,
        "s ours": mine,
        "s hf": their,
        "faster": their / mine,
        "by tokens": second.tokens / first.tokens,
        "by token": (their / second.tokens) / (mine / first.tokens),
        "items/s": known["items"] / mine,
        "MB ours": max(run.peak for run, _ in pairs) / 1e6,
        "MB hf": max(run.peak for _, run in pairs) / 1e6,
    }
    programs = read_definition(benchmark, "--benchmarks").kind == "program"
    return row | agreement(ours, first.responses, second.responses, programs)


def agreement(
    ours: Engine, mine: Sequence[Any], theirs: Sequence[Any], programs: bool
) -> dict[str, Any]:
    """How far the answers differ, and both scores; of `programs` the answers alone."""
    if isinstance(mine[0], str):
        same = sum(a == b for a, b in zip(mine, theirs, strict=True))
        differing: dict[str, Any] = {"same answers": f"{same} of {len(mine)}"}
        if programs:  # they are not run
            return differing
    scores = [ours.call("scores", responses) for responses in (mine, theirs)]
    if isinstance(mine[0], str):
        metric = sorted(scores[0])[0]
    else:
        pairs = list(zip(mine, theirs, strict=True))
        differing = {
            "max diff": max(abs(a[0] - b[0]) for a, b in pairs),
            "greedy flags": sum(a[1] != b[1] for a, b in pairs),
        }
        metric = "acc"
    means = [statistics.fmean(s[metric]) for s in scores]
    return differing | {f"{metric} ours": means[0], f"{metric} hf": means[1]}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names)]
    lines += [[_text(row.get(name)) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
    return "" if value is None else str(value)


def machine() -> str:
    """The processor, cores and libraries."""
    from importlib.metadata import version  # noqa: PLC0415

    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.split(":")[1].strip() for line in info.splitlines() if "model name" in line]
    processor = names[0] if names else platform.processor()
    libraries = ", ".join(f"{n} {version(n)}" for n in ("torch", "transformers", "lm-eval"))
    return f"{processor}, {os.cpu_count()} cores; {libraries}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", help="a prepared model's folder")
    parser.add_argument("data", type=Path, help="folder of NAME.jsonl")
    parser.add_argument("--benchmarks", nargs="+", default=BENCHMARKS, metavar="NAME")
    parser.add_argument("--limit", type=int, default=120, help="items a benchmark (120)")
    parser.add_argument("--fewshot", type=int, help="shots (as the benchmark's definition says)")
    parser.add_argument("--dtype", default="float32", help="float32, bfloat16 or float16")
    parser.add_argument("--runs", type=int, default=3, help="alternated runs (3)")
    parser.add_argument(
        "--trial", type=int, default=24, help="items on which lm-eval's best batch is sought (24)"
    )
    parser.add_argument(
        "--batches", type=int, nargs="+", default=BATCH_SIZES, help="sizes that lm-eval tries"
    )
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    job = Job(
        options.model, options.dtype, options.data, options.limit, options.fewshot, options.seed,
        options.threads,
    )  # fmt: skip
    ours, hf = Engine("ours", job), Engine("hf", job)
    rows = []
    for benchmark in options.benchmarks:
        rows.append(compare(benchmark, ours, hf, options.runs, options.trial, options.batches))
        print(rows[-1], file=sys.stderr, flush=True)
    shots = "defined" if options.fewshot is None else options.fewshot
    print(f"{options.dtype}, {shots} shots, {options.threads} threads; {machine()}\n")
    print(table(rows))
    print(f"\ngeometric mean: {statistics.geometric_mean(row['faster'] for row in rows):.2f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
