"""A pretend accelerator: tensors that claim another device and compute on the processor.

Torch's `meta` device lends its name, since autograd has a queue and guards for it. Inside
`accelerator`, what a GPU refuses is refused, and waits of the host for the device are counted.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
HOST = torch.device("cpu")
ATEN: Any = torch.ops.aten
COPIES = (ATEN._to_copy.default, ATEN.copy_.default)
INDEXED = ("aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_")
SIZED = ("aten::nonzero", "aten::masked_select", "aten::unique_consecutive", "aten::_unique2")
DEPENDENT = ("aten::equal", "aten::_local_scalar_dense", "aten::is_nonzero")
"""Operations of whose result the host must know the size, or the value."""


class DeviceError(RuntimeError):
    """A GPU would refuse this."""


class Held(torch.Tensor):
    """A tensor on the pretend device; `inner` has its values."""

    inner: torch.Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Held:
        """Hold a tensor of the processor's."""
        laid = {"strides": inner.stride(), "storage_offset": inner.storage_offset()}
        own: Held = torch.Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, inner.shape, **laid, dtype=inner.dtype, device=DEVICE
        )
        own.inner = inner
        return own

    def numpy(self, **_: Any) -> Any:
        """Refuse, as of a tensor on a GPU."""
        raise DeviceError("numpy() of a tensor that is not on the host")

    def tolist(self) -> Any:
        """Wait once, and read."""
        return self.cpu().tolist()

    @classmethod
    def __torch_dispatch__(cls, func: Any, *_: Any, **__: Any) -> Any:
        """Refuse: without the accelerator, nothing computes."""
        raise DeviceError(f"{func} outside `accelerator`")


class FromData(TorchFunctionMode):
    """Makes tensors of numbers on the host first: `meta` would drop the numbers."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Make the tensor, and copy it."""
        del types
        kwargs = dict(kwargs or {})
        if func is torch.Tensor.__getitem__ and isinstance(args[0], Held):
            index = args[1] if isinstance(args[1], tuple) else (args[1],)
            made = [torch.tensor(own) if isinstance(own, list) else own for own in index]
            return func(args[0], tuple(made))
        if func not in (torch.tensor, torch.as_tensor) or isinstance(args[0], Held):
            return func(*args, **kwargs)
        device = torch.device(kwargs.pop("device", None) or HOST)
        return func(*args, **kwargs).to(device)


class Accelerator(TorchDispatchMode):
    """The device.

    `waits` counts how often the host waited for it, by the line of the project that asked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Compute an operation on the processor, and refuse or count what is to be."""
        del types
        kwargs = kwargs or {}
        if func is ATEN._fused_sdp_choice.default:
            return 0  # of kernels, the one that is made of plain operations
        if func._schema.name not in DEPENDENT:
            with self:
                composed = func.decompose(*args, **kwargs)
            if composed is not NotImplemented:
                return composed
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        assert all(isinstance(own, Held) or own.device == HOST for own in tensors), func
        held = [own for own in tensors if isinstance(own, Held)]
        device = torch.device(kwargs.get("device") or (DEVICE if held else HOST))
        if func in COPIES:
            self._copied(func, args, kwargs, device)
        elif held:
            self._check(func, args, kwargs, tensors)
        of = {id(own.inner): own for own in held}
        args, kwargs = tree_map(values, (args, kwargs))
        if "device" in kwargs:
            kwargs["device"] = HOST
        found = func(*args, **kwargs)
        on_device = isinstance(tensors[0], Held) if func is COPIES[1] else device == DEVICE
        # A view of a tensor with gradients is one itself, also in inference mode.
        view = bool(held) and any(own.alias_info for own in func._schema.returns)
        inference = torch.is_inference_mode_enabled()
        with torch.inference_mode(inference and not (view and not held[0].is_inference())):
            # An operation in place gives back what it was given.
            made = [own for own in tree_leaves(found) if isinstance(own, torch.Tensor)]
            of |= {id(own): Held(own) for own in made if on_device and id(own) not in of}
            return tree_map(lambda own: of.get(id(own), own), found)

    def _copied(self, func: Any, args: Any, kwargs: Any, device: torch.device) -> None:
        """Count a copy between host and device."""
        source = args[0] if func is COPIES[0] else args[1]
        to = device if func is COPIES[0] else args[0].device
        goes_on = kwargs.get("non_blocking") or (len(args) > 2 and args[2])
        if isinstance(source, Held) and to == HOST:
            self._wait("copy to the host")
        elif not isinstance(source, Held) and to == DEVICE and source.numel() and not goes_on:
            self._wait("copy to the device")

    def _check(self, func: Any, args: Any, kwargs: Any, tensors: list[torch.Tensor]) -> None:
        """Refuse what a GPU refuses, and count what the host waits for."""
        name = func._schema.name
        if not name.startswith(("aten::", "prim::")):
            raise DeviceError(f"{name} is the processor's")
        generator = kwargs.get("generator")
        if generator is not None and generator.device == HOST:
            raise DeviceError(f"{name} with a generator of the processor")
        elsewhere = [own for own in tensors if not isinstance(own, Held) and own.dim()]
        if name in INDEXED:
            indices = [own for own in args[1] if own is not None]
            for own in indices:
                if own.dtype in (torch.bool, torch.uint8):
                    self._wait("nonzero of an index")
                if not isinstance(own, Held):
                    self._wait("index to the device")
            elsewhere = [own for own in elsewhere if all(own is not index for index in indices)]
        if elsewhere:
            raise DeviceError(f"{name} with {tuple(elsewhere[0].shape)} on the processor")
        sized = name == "aten::repeat_interleave" and kwargs.get("output_size") is None
        if name in (*SIZED, *DEPENDENT) or sized:
            self._wait(name)

    def _wait(self, what: str) -> None:
        frame: Any = sys._getframe(2)
        while frame.f_back is not None and "/benchprof/" not in frame.f_code.co_filename:
            frame = frame.f_back
        self.waits[f"{frame.f_code.co_filename[-20:]}:{frame.f_lineno} {what}"] += 1


def moved(model: Any) -> Any:
    """A model with all of its parameters and buffers on the pretend device; changed in place."""
    known: dict[int, nn.Parameter] = {}
    for module in model.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                held = nn.Parameter(Held(weight.data.clone()), requires_grad=weight.requires_grad)
                module._parameters[name] = known.setdefault(id(weight), held)
        for name, own in module._buffers.items():
            module._buffers[name] = None if own is None else Held(own.clone())
    return model


def values(own: Any) -> Any:
    """The values of a tensor, without being counted; anything else as it is."""
    return own.inner if isinstance(own, Held) else own


@contextlib.contextmanager
def accelerator() -> Iterator[Accelerator]:
    """The device, inside the block."""
    with FromData(), Accelerator() as device:
        yield device


@contextlib.contextmanager
def counted(device: Accelerator) -> Iterator[Counter[str]]:
    """The waits inside the block, once it has ended."""
    before, found = Counter(device.waits), Counter[str]()
    yield found
    found.update(device.waits - before)
