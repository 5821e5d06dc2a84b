"""What a job says: to its log file and, for the person who waits, to standard error."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from benchprof.errors import InputError


@contextlib.contextmanager
def logged(path: str | Path) -> Iterator[None]:
    """Log the block to a file and standard error; an error ends it with exit status 1.

    An InputError is logged as its paragraph alone: a traceback tells a person nothing there.

    Raises:
        SystemExit: after any error, which is logged.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [
        logging.FileHandler(path, mode="w", encoding="utf-8"),
        logging.StreamHandler(sys.stderr),
    ]
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for library in ("httpx", "datasets", "lm_eval", "matplotlib", "filelock", "fontTools"):
        logging.getLogger(library).setLevel(logging.ERROR)
    try:
        yield
    except InputError as error:
        logging.getLogger(__name__).error("%s", error)
        raise SystemExit(1) from None
    except Exception:
        logging.getLogger(__name__).exception("this is a fault of the program or the machine")
        raise SystemExit(1) from None
