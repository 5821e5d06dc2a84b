"""What a job says: to its log file and, for the person who waits, to standard error."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from benchprof import progress, runs
from benchprof.errors import InputError, RetriableError
from benchprof.files import write_json

FINAL = (
    "This error is final: an earlier attempt of this run found it, and nothing was tried again. "
    "Fix it and start the run again."
)
TERMINATED = 128 + signal.SIGTERM
FAULT = (
    "this is a fault of the program or the machine, not of your input. Run again: what was "
    "finished is kept. If it happens again, report it with this log"
)


class Terminated(BaseException):
    """The job was told to stop: by a scheduler that takes its node back, or by a person."""


@contextlib.contextmanager
def logged(path: str | Path) -> Iterator[None]:
    """Log the block to a file and standard error; an error ends it with exit status 1.

    For an InputError, only its paragraph is logged: a traceback would tell a person nothing. The
    error also stops further attempts of the same run before they enter the block. Otherwise, on a
    cluster, each retry of the job would take a GPU to find it again. SIGTERM ends the block like an
    exception, so nothing half-written stays.

    Raises:
        SystemExit: after any error, which is logged, and after SIGTERM.
    """
    _log_to(path)
    logger = logging.getLogger(__name__)
    refusal = Path(f"{path}.refused")
    # Once: a job may go on after its run was killed, and a mended one began.
    owner = runs.current(Path(runs.STATE))
    _stop_where_refused(refusal, owner)
    previous = signal.signal(signal.SIGTERM, _terminate)
    try:
        with progress.shown(sys.stderr.isatty()):
            yield
    except Terminated:
        logger.warning("stopped by SIGTERM; the next run continues from what is in the store")
        raise SystemExit(TERMINATED) from None
    except InputError as error:
        logger.error("%s", error)
        if not isinstance(error, RetriableError):
            _refuse(refusal, owner, str(error))
        raise SystemExit(1) from None
    except OSError as error:
        _log_os_error(logger, error)
        raise SystemExit(1) from None
    except Exception:
        logger.exception(FAULT)
        raise SystemExit(1) from None
    finally:
        signal.signal(signal.SIGTERM, previous)


def _log_to(path: str | Path) -> None:
    """Log to a file and standard error, of libraries errors alone."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [
        logging.FileHandler(path, mode="w", encoding="utf-8"),
        logging.StreamHandler(sys.stderr),
    ]
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for library in ("httpx", "datasets", "lm_eval", "matplotlib", "filelock", "fontTools"):
        logging.getLogger(library).setLevel(logging.ERROR)


def _log_os_error(logger: logging.Logger, error: OSError) -> None:
    """Log a full disk in one line with what to do, and any other error with its traceback."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        logger.exception(FAULT)
        return
    where = f"{error.filename}: " if error.filename else ""
    logger.error("%s%s. Make room and run again: what was finished is kept.", where,
                 error.strerror)  # fmt: skip


def _refuse(refusal: Path, owner: runs.Owner | None, paragraph: str) -> None:
    """Note that a run's input is at fault, for its further attempts; outside of a run none."""
    if owner is not None:
        write_json(refusal, {"run": asdict(owner), "said": paragraph})


def _stop_where_refused(refusal: Path, owner: runs.Owner | None) -> None:
    """End an attempt whose run knows that the input is at fault; another run tries again."""
    if not refusal.is_file():
        return
    noted = json.loads(refusal.read_text(encoding="utf-8"))
    if owner is not None and noted["run"] == asdict(owner):
        logging.getLogger(__name__).error("%s %s", noted["said"], FINAL)
        raise SystemExit(1)
    refusal.unlink()


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt the cleaning up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated
