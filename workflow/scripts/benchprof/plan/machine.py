"""The machine that a run is planned for: speeds that are stated, not measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Speeds that jobs really reach, not the data sheet's.

    Attributes:
        flops: floating point operations per second.
        bandwidth: bytes per second between memory and arithmetic.
        latency: seconds that one forward pass takes however small it is.
        storage: bytes per second when models are loaded and importance is written.
        gpu: whether there is a GPU; without one all memory is the host's.
    """

    flops: float
    bandwidth: float
    latency: float
    storage: float
    gpu: bool

    def seconds(self, operations: float, moved: float, passes: float) -> float:
        """Of work with so many operations, bytes moved and forward passes, one after another.

        The sum, not the largest of the three: kernels that wait for memory and kernels that
        compute take turns.
        """
        return operations / self.flops + moved / self.bandwidth + passes * self.latency


GPU = Machine(flops=3e14, bandwidth=2e12, latency=0.02, storage=1e9, gpu=True)
"""One H100 (80 GB): 30% of its bfloat16 arithmetic, 60% of its memory's bandwidth, and what
launching a forward pass of 32 layers from Python takes. Assumed, not measured."""
CPU = Machine(flops=1e11, bandwidth=1e10, latency=0.0, storage=1e9, gpu=False)
"""Two cores of a server, in float32."""
