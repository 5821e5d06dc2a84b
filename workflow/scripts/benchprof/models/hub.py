"""What a model needs of the Hugging Face Hub, at one commit, in the Hub's own cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from benchprof.errors import InputError, RetriableError, in_words
from benchprof.models.checkpoint import check_configuration
from benchprof.models.folder import TEXTS, WHOLE, weight_files


def hub_folder(hub: str, revision: str) -> Path:
    """Fetch a model and return its folder.

    Raises:
        InputError: it cannot be fetched (a RetriableError), is quantized or has no safetensors.
    """
    where = f"{hub}@{revision}"
    # Before gigabytes of weights come that could not be used.
    check_configuration(_downloaded(hub, revision, ["config.json"]), where)
    folder = _downloaded(hub, revision, [*TEXTS, WHOLE])
    if (weights := weight_files(folder)) != [WHOLE]:
        _downloaded(hub, revision, weights)
    if not any((folder / name).is_file() for name in weights):
        expected = "a revision with safetensors: pickled weights (*.bin) can run code"
        remedy = (
            "Look for one on the Hub, or convert the model where you trust it (from_pretrained, "
            "save_pretrained) and give that `folder`; of a GGUF give its name as `gguf`."
        )
        raise InputError(where, "no *.safetensors", expected, remedy)
    return folder


def newest_commit(hub: str) -> str:
    """Return the newest commit of a model on the Hub; of its cache, where the Hub is out of reach.

    Raises:
        RetriableError: it is in neither.
    """
    return _downloaded(hub, "main", ["config.json"]).name


def hub_file(hub: str, revision: str, name: str) -> Path:
    """Fetch one file of a repository.

    Raises:
        RetriableError: it cannot be fetched.
    """
    try:
        return Path(hf_hub_download(hub, name, revision=revision))
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise _not_fetched(f"{hub}@{revision}, {name}", error, "a file on the Hub") from None


def _downloaded(hub: str, revision: str, patterns: Sequence[str]) -> Path:
    """Files of the repository's own folder: the library's patterns match across folders."""
    try:
        return Path(
            snapshot_download(
                hub, revision=revision, allow_patterns=list(patterns), ignore_patterns=["*/*"]
            )
        )
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise _not_fetched(f"{hub}@{revision}", error, "a model on the Hub") from None


def _not_fetched(where: str, error: Exception, expected: str) -> RetriableError:
    found = in_words(error)
    remedy = "Check the name, the network and, for gated models, `hf auth login`."
    return RetriableError(where, found, expected, remedy)
