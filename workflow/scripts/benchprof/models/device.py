"""Which device a model is computed on, and which precisions that device is fast in."""

from __future__ import annotations

import logging
import os

import torch

from benchprof.errors import RetriableError
from benchprof.models.prepared import PreparedModel

logger = logging.getLogger(__name__)


def resolve_device(device: str) -> torch.device:
    """The torch device that a configured name means on this machine.

    Args:
        device: auto (CUDA where there is one, else Apple's MPS, else the CPU), cpu, cuda or cuda:N.

    Raises:
        RetriableError: this machine has no such CUDA device; another node may.
    """
    if device != "auto":
        named = torch.device(device)
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if named.type == "cuda" and (named.index or 0) >= count:
            found = f"torch finds {count or 'no'} CUDA device{'s' if count != 1 else ''} here"
            remedy = "Use `device: auto` or `cpu`, or a machine with the device and its driver."
            raise RetriableError(f"device: {device}", found, "the configured device", remedy)
        return named
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def kind_of(prepared: PreparedModel) -> str:
    """The kind of device that a prepared model is loaded on: cpu, cuda or mps.

    A GPU that the configuration names need not be there.
    """
    if prepared.gpus > 1:
        return "cuda"
    if prepared.device == "auto":
        return resolve_device("auto").type
    return torch.device(prepared.device).type


def make_deterministic(prepared: PreparedModel) -> None:
    """On CUDA, let a process add up gradients in the same order every time.

    Before the model is loaded: CUDA's libraries read the variable when they start. An operation
    that has no such order is warned of, until `confirm_deterministic` has found out whether the
    model has one.
    """
    if kind_of(prepared) == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
        # Filling what is overwritten anyway would take a pass over it.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def without_cudnn_attention() -> None:
    """Let attention on CUDA take torch's other kernels, which an A100 takes anyway.

    From compute capability 9.0 (H100) on, torch prefers cuDNN's. It plans anew for each shape, of
    which every step of an answer has one, and its NaN gradients (pytorch#196678) and wrong texts
    (pytorch#193893, on B200) are open issues in December 2026.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)


def tell_choice(configured: str, device: torch.device, dtype: str) -> None:
    """Log in one line which device was taken and why, and whether the precision is fast there.

    The precision is never chosen here: it decides results, so that a run on another machine would
    be another run.

    Args:
        configured: the device as the configuration names it.
        device: what that means here.
        dtype: as configured: float32, bfloat16 or float16.
    """
    why = "as configured"
    if configured == "auto":
        why = {"cuda": "there is a CUDA device", "mps": "no CUDA device, but Apple's MPS"}.get(
            device.type, "neither a CUDA device nor Apple's MPS"
        )
    logger.info("device %s (%s), dtype %s: %s", device, why, dtype, precision_speed(dtype, device))


def device_name(device: torch.device) -> str:
    """A device, of CUDA with the card's name: two kinds of card round differently."""
    card = f" ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else ""
    return f"{device}{card}"


def fast_halves(device: torch.device) -> tuple[str, ...]:
    """The half precisions that a device is known to compute faster than float32."""
    if device.type == "cuda":
        generation = torch.cuda.get_device_capability(device)
        known = {"float16": generation >= (7, 0), "bfloat16": generation >= (8, 0)}
    elif device.type == "mps":
        # The M1 emulates bfloat16, and torch does not say which chip it is.
        known = {"float16": True}
    else:
        known = {
            "float16": torch.cpu._is_amx_fp16_supported(),
            "bfloat16": torch.cpu._is_avx512_bf16_supported(),
        }
    return tuple(name for name, is_fast in known.items() if is_fast)


def precision_speed(dtype: str, device: torch.device) -> str:
    """Whether a device is fast in a precision, in words."""
    fast = fast_halves(device)
    if dtype in fast:
        return "fast here"
    if fast:
        return f"{' and '.join(fast)} would be faster here, as another run"
    return "no half precision is known to be faster here than float32"


def with_float64(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor on a device that has float64: its own device, or the CPU if that is MPS."""
    return tensor.cpu() if tensor.device.type == "mps" else tensor
