"""A GGUF file becomes a folder of safetensors, weight by weight, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, ReaderTensor, dequantize
from tqdm import tqdm
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_gguf_pytorch_utils import (
    TENSOR_PROCESSORS,
    TensorProcessor,
    get_gguf_hf_weights_map,
)

from benchprof.errors import InputError, in_words
from benchprof.models.checkpoint import check_weights
from benchprof.models.folder import WHOLE
from benchprof.models.gguf_metadata import (
    FACTORS,
    complete_configuration,
    complete_tokenizer,
    ends,
)
from benchprof.models.weight_file import WeightFile


def convert_gguf(gguf: Path, precision: str, target: Path) -> None:
    """Write the model of a GGUF file as safetensors, with its tokenizer.

    Weights are computed in float32 and rounded last, to the nearest with ties to even: a bfloat16
    file has the very weights that loading the float32 file in bfloat16 gives.

    Args:
        gguf: the file, alone in its folder: a tokenizer's files beside it would be read too.
        precision: float32 or bfloat16. Weights that the architecture has in float32 whatever it is
            loaded in stay so.
        target: an existing folder.

    Raises:
        InputError: transformers cannot read the file, or not all that it says of the model; it
            lacks weights, or has others than its architecture.
    """
    with _readable(gguf):
        reader = GGUFReader(gguf)
        config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
    complete_configuration(gguf, reader, config)
    with _readable(gguf):
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        complete_tokenizer(reader, tokenizer)
        model = _empty_model(config, precision)
    tokenizer.save_pretrained(target)
    weights = WeightFile(target / WHOLE, model)
    _read(gguf, reader, model, weights)
    check_weights(gguf, weights.report())
    # As `save_pretrained` writes them, which needs all weights in memory.
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(target)
    generation = model.generation_config
    generation.eos_token_id = ends(reader, tokenizer, generation.eos_token_id)
    generation.save_pretrained(target)


@contextmanager
def _readable(gguf: Path) -> Iterator[None]:
    """Tell a person of a file that the libraries cannot read: they raise any class of error."""
    try:
        yield
    except Exception as error:
        found = in_words(f"{type(error).__name__}: {error}")
        expected = "a whole GGUF file of an architecture that transformers reads"
        raise InputError(gguf, found, expected, "Use the model's safetensors.") from None


def _empty_model(config: PretrainedConfig, precision: str) -> PreTrainedModel:
    """The architecture on the meta device, each weight with the precision that it is loaded in."""
    # The library calls what came from a GGUF quantized; by now it is plain floats.
    plain = {k: v for k, v in config.to_dict().items() if k != "quantization_config"}
    with torch.device("meta"):
        model: PreTrainedModel = AutoModelForCausalLM.from_config(
            type(config).from_dict(plain), dtype=getattr(torch, precision)
        )
    return model


def _read(gguf: Path, reader: GGUFReader, model: PreTrainedModel, weights: WeightFile) -> None:
    """Put every weight of the file into `weights`, as transformers names and arranges them.

    This is the loop of its `load_gguf_checkpoint`, which keeps all of them in memory.
    """
    architecture = reader.fields["general.architecture"].contents()
    processor = TENSOR_PROCESSORS.get(architecture, TensorProcessor)(config=model.config.to_dict())
    try:
        names = get_gguf_hf_weights_map(model, processor)
    except NotImplementedError:
        # The table lacks newer architectures (Qwen 3.5). The library loads these in another way: it
        # reads the whole model, and also computes in the precision that it is asked for.
        loaded = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32
        )
        weights.update(loaded.state_dict())
        return
    for tensor in tqdm(reader.tensors, desc="converting", unit="tensor", mininterval=1):
        _put(tensor, processor, names, weights)


def _put(
    tensor: ReaderTensor, processor: TensorProcessor, names: Mapping[str, str], weights: WeightFile
) -> None:
    """Dequantize one tensor of the file; when this returns, its values are in `weights` alone."""
    values, name, _ = processor.process(
        weights=dequantize(tensor.data, tensor.tensor_type),
        name=tensor.name,
        tensor_key_mapping=names,
        parsed_parameters={"tensors": weights},
    )
    if name in names:
        # Plain floats are a view of the file, which torch would not have without write access.
        weights[names[name]] = torch.from_numpy(np.require(values, requirements="W"))
    elif name is not None and name not in FACTORS:
        # Without a place: it will be in the report.
        weights[tensor.name] = torch.empty(0)
