"""Copies between the host and an accelerator, for which the host waits as seldom as it can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray


def moved(values: NDArray[Any] | torch.Tensor, device: torch.device) -> torch.Tensor:
    """An array or a tensor of the host on a device; on its way to a GPU it does not hold up the
    host."""
    tensor = values if isinstance(values, torch.Tensor) else torch.from_numpy(values)
    pinned = device.type == "cuda" and tensor.device.type == "cpu"
    own = tensor.pin_memory() if pinned else tensor
    return own.to(device, non_blocking=device.type != "mps")


def received(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A tensor on a device; from a GPU to the host through pinned memory, which torch reuses.

    New memory for each of many large copies would have to be mapped and cleared each time.
    """
    if tensor.device.type != "cuda" or device.type != "cpu":
        return tensor.to(device)
    return torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True).copy_(tensor)


def fetched(tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Tensors of one dtype on the host, in one copy from each device."""
    found: dict[int, torch.Tensor] = {}
    for device in dict.fromkeys(tensor.device for tensor in tensors):
        places = [place for place, own in enumerate(tensors) if own.device == device]
        if device.type == "cpu":
            found |= {place: tensors[place] for place in places}
            continue
        joined = torch.cat([tensors[place].flatten() for place in places]).cpu()
        parts = joined.split([tensors[place].numel() for place in places])
        found |= {
            place: part.view(tensors[place].shape)
            for place, part in zip(places, parts, strict=True)
        }
    return [found[place] for place in range(len(tensors))]
