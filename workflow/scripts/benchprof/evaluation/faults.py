"""A fault that a written answer would hide: logits that are no numbers."""

from __future__ import annotations

import torch

from benchprof.errors import InputError
from benchprof.evaluation.record import NonFiniteLogitsError
from benchprof.scoring.scorer import TreeScorer
from benchprof.tasks.requests import Requests


def check_logits(scorer: TreeScorer, requests: Requests) -> None:
    """Stop if the model, as it is now, gives no finite logits on the first prompt to write from.

    Greedy decoding would write a text all the same. Log-likelihoods need no such check: they are
    themselves not numbers then.

    Raises:
        NonFiniteLogitsError: names the document.
    """
    for document in requests.documents:
        for instance in document.instances:
            if instance.request_type != "generate_until":
                continue
            tokens = scorer.encode_prompt(instance.args[0])[-scorer.max_length :]
            ids = torch.tensor([tokens], device=scorer.model.device)
            with torch.inference_mode():
                output = scorer.model(input_ids=ids, use_cache=False, logits_to_keep=1)
            largest = output.logits[0, -1].max()
            if not torch.isfinite(largest):
                where = f"document {document.index} of {document.task.config.task}"
                found = f"the next token's largest logit is {largest}"
                raise NonFiniteLogitsError(f"{found}: {where}")
            return


def logits_fault(where: str, error: NonFiniteLogitsError) -> InputError:
    """The error that tells a person of logits that are not finite."""
    remedy = (
        "Set `dtype: float32` or bfloat16; if it is so already, choose a smaller mask fraction."
    )
    return InputError(where, str(error), "finite logits", remedy)
