"""The machine that a run is planned for: speeds that are stated, not measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Speeds that jobs really reach, not the data sheet's.

    Attributes:
        flops: floating point operations per second, in products of full batches.
        flops_of_one: in those of one example, forward and backward.
        bandwidth: bytes per second between memory and arithmetic.
        latency: seconds that one forward pass takes however small it is.
        storage: bytes per second when models are loaded and importance is written.
        gpu: whether there is a GPU; without one all memory is the host's.
    """

    flops: float
    flops_of_one: float
    bandwidth: float
    latency: float
    storage: float
    gpu: bool

    @property
    def device(self) -> str:
        """The type of device that a model is on."""
        return "cuda" if self.gpu else "cpu"

    def seconds(
        self, operations: float, moved: float, passes: float, of_one: bool = False
    ) -> float:
        """Of work with so many operations, bytes moved and forward passes, one after another.

        `of_one`: a pass is one example's.

        The sum, not the largest of the three: kernels that wait for memory and kernels that
        compute take turns.
        """
        flops = self.flops_of_one if of_one else self.flops
        return operations / flops + moved / self.bandwidth + passes * self.latency


GPU = Machine(flops=3e14, flops_of_one=3e14, bandwidth=2e12, latency=0.02, storage=1e9, gpu=True)
"""One H100 (80 GB): 30% of its bfloat16 arithmetic, 60% of its memory's bandwidth, and what
launching a forward pass of 32 layers from Python takes. Assumed, not measured."""
CPU = Machine(flops=1e11, flops_of_one=1e11, bandwidth=1e10, latency=0.0, storage=1e9, gpu=False)
"""Two cores of a server, in float32."""
