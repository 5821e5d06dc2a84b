"""The command `benchprof`: all that a person starts, and what `make` and the documents call."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from benchprof import progress
from benchprof.errors import InputError
from benchprof.expansion import path_argument

Command = tuple[str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
"""What it does in a line, a function that says what it takes, and one that runs it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see `--help`."""
    try:
        options = options_of(sys.argv[1:] if arguments is None else arguments)
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        with progress.shown(sys.stderr.isatty()):
            return COMMANDS[options.command][2](options)
    except InputError as error:
        print(error, file=sys.stderr)
    except ModuleNotFoundError as error:
        extra = "those of annotation are an extra: pip install 'benchprof[annotation]'"
        print(f"The package {error.name} is not installed; {extra}", file=sys.stderr)
    return 1


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    """What the arguments say; argparse ends the program where they say nothing."""
    chosen = next((own for own in arguments if own in COMMANDS), "")
    parser = argparse.ArgumentParser(
        prog="benchprof", description="Which abilities does a language-model benchmark test?"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (text, add_options, _) in COMMANDS.items():
        own = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if name == chosen:
            # The modules of the others are not imported: some take seconds.
            add_options(own)
    return parser.parse_args(arguments)


def _command(text: str, module: str) -> Command:
    """A command whose functions `add_options` and `main` stand in a module."""
    return (
        text,
        lambda parser: import_module(module).add_options(parser),
        lambda options: int(import_module(module).main(options)),
    )


def _profile(options: argparse.Namespace) -> int:
    from benchprof.jobs.one_benchmark import OneBenchmark, profile_one  # noqa: PLC0415

    own = {name: value for name, value in vars(options).items() if name != "command"}
    profile_one(OneBenchmark(**own))
    return 0


def _add_profile(parser: argparse.ArgumentParser) -> None:
    """Say what `profile` takes."""
    parser.add_argument(
        "benchmark", metavar="TASK_OR_FILE", help="an lm-eval task, a task file or a .jsonl file"
    )
    parser.add_argument("--model", required=True, help="a shipped model or a folder")
    readings = ("hidden_states", "importance")
    parser.add_argument("--read-from", choices=readings, default=readings[0])
    parser.add_argument("--items", type=_number, default=40, help="questions at most")
    parser.add_argument("--train", type=_number, default=24, help="train items of each ability")
    parser.add_argument("--abilities", default="v3", help="a shipped set, or a folder like one")
    parser.add_argument("--store", type=path_argument, default=Path("store"), metavar="FOLDER")
    parser.add_argument("--dtype", default="bfloat16", help="bfloat16, float16 or float32")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--threads", type=_number, default=1)
    parser.add_argument("--output", type=path_argument, metavar="FILE.csv", help="of the shares")


def _number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more")
    return value


COMMANDS: dict[str, Command] = {
    "run": _command("run a configuration with Snakemake", "benchprof.run.command"),
    "plan": _command("print what a run will need", "benchprof.plan.command"),
    "job": _command("run the job that writes a file, in this process", "benchprof.jobs.command"),
    "profile": ("profile one benchmark, without a run", _add_profile, _profile),
    "export": _command(
        "write a mask's model, ablated, as a Hugging Face folder", "benchprof.jobs.export"
    ),
    "check": _command("check the items of abilities", "benchprof.abilities.check"),
    "annotate": _command("label items in the terminal", "benchprof.annotation.screen"),
    "archive": _command(
        "check an archive, run a part of it again, or refill a store", "benchprof.archive.command"
    ),
}


if __name__ == "__main__":
    sys.exit(main())
