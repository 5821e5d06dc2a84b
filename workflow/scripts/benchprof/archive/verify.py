"""Check an archive of a run with nothing but Python: python3 results/archive.zip.

This file lies in the archive as `__main__.py`, so that Python runs the archive itself, and with the
project, for those who would not run an archive's own code on trust:
python workflow/scripts/benchprof/archive/verify.py ARCHIVE. An unpacked folder will do as well.
"""

import contextlib
import importlib.util
import sys
from pathlib import Path

OLDEST = (3, 11)
"""The oldest Python that can import the library. This file itself is syntax for any Python 3."""

if __name__ == "__main__":
    if sys.version_info < OLDEST:
        found = "This is Python " + sys.version.split()[0] + "; expected 3.11 or later. "
        sys.stderr.write(found + "Run the check again with a newer Python, such as python3.11.\n")
        # Not 1, which says that the archive is refused.
        sys.exit(2)
    here = Path(__file__).absolute()
    archive = here.parent if here.name == "__main__.py" else None
    if not __package__:
        # Run as a file, so the library is not on the path. Bytecode in an unpacked folder would be
        # an unlisted file. Python may already have written this file's, so that is removed.
        sys.dont_write_bytecode = True
        bytecode = Path(importlib.util.cache_from_source(str(here)))
        if archive and archive.is_dir():
            bytecode.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                bytecode.parent.rmdir()
        sys.path.insert(0, str(archive / "workflow/scripts" if archive else here.parents[2]))

    from benchprof.archive.verdict import main

    sys.exit(main(archive))
