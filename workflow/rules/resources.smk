# What a job asks a cluster for: by the model's size, and more at each further attempt. A job that
# ran out of memory or time resumes from the store, so that no figure has to be exact.

import json

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
LIBRARIES = 4e9


def model_size(wildcards):
    """|θ|, and |T| of the configured scope; those of an 8B model until the model is prepared."""
    card = Path("results/models", wildcards.model, "model.json")
    if not card.is_file():
        return 8e9, 6e9
    size = json.loads(card.read_text(encoding="utf-8"))
    return size["parameters"], size["scope"][config["scope"]]


def weights(wildcards):
    """Bytes of the weights as they are loaded."""
    return model_size(wildcards)[0] * BYTES[config["models"][wildcards.model]["dtype"]]


def megabytes(size, attempt):
    return round((LIBRARIES + size) / 1e6) * attempt


def importance_memory(wildcards, attempt):
    """The weights, an ability's float32 scores, and these once more while they are written."""
    return megabytes(weights(wildcards) + 8 * model_size(wildcards)[1], attempt)


def entries(wildcards, fractions):
    """Entries of a mask at each of these k, together; n <= |T|, also where k is a share of it.

    A calibrated k, which the run chooses, counts as the largest of its candidates.
    """
    parameters, in_scope = model_size(wildcards)
    largest = max(map(float, CANDIDATES), default=None)
    shares = [largest if k == CALIBRATED else float(k) for k in fractions]
    return sum(min(share * parameters, in_scope) for share in shares)


def mask_memory(wildcards, attempt):
    """A tensor of scores at a time and the entries chosen: less than a byte a parameter."""
    return megabytes(model_size(wildcards)[0], attempt)


def control_memory(wildcards, attempt):
    """The weights in float32 and a byte for the decile of each in scope."""
    parameters, in_scope = model_size(wildcards)
    return megabytes(4 * parameters + in_scope, attempt)


def answering_size(wildcards, ablations):
    """The weights on their way to the device, the requests, and four bytes an entry of all masks."""
    masked = entries(wildcards, [ablation["fraction"] for ablation in ablations])
    return 2e9 + weights(wildcards) + 4 * masked


def calibration_memory(wildcards, attempt):
    return megabytes(answering_size(wildcards, TRIALS), attempt)


def evaluation_memory(wildcards, attempt):
    """On a CPU also the second copy of the scope that `ablation_of: complement` takes."""
    size = answering_size(wildcards, ABLATIONS)
    if config.get("ablation_of", "mask") == "complement" and not gpus(wildcards):
        itemsize = BYTES[config["models"][wildcards.model]["dtype"]]
        size += model_size(wildcards)[1] * itemsize
    return megabytes(size, attempt)


def comparison_memory(wildcards, attempt):
    """The abilities' masks of one k, and once more while they are compared."""
    size = 8 * len(ABILITIES) * entries(wildcards, [wildcards.fraction])
    return megabytes(size, attempt)


def core_memory(wildcards, attempt):
    """The `top` masks of all abilities and k; importance is read a tensor at a time."""
    return megabytes(4 * len(ABILITIES) * entries(wildcards, CORE_FRACTIONS), attempt)


def stability_memory(wildcards, attempt):
    """As importance, and the abilities' masks of two halves in every selection and k."""
    size = weights(wildcards) + 8 * model_size(wildcards)[1]
    masks = len(ABILITIES) * len(SELECTIONS) * entries(wildcards, NUMBERS)
    return megabytes(size + 8 * masks, attempt)


def minutes(least, per_billion):
    """A function that gives the time of a job, longer by `per_billion` minutes per 1e9 weights."""

    def runtime(wildcards, attempt):
        return round(least + per_billion * model_size(wildcards)[0] / 1e9) * attempt

    return runtime


def gpus(wildcards):
    model = config["models"][wildcards.model]
    return 0 if model["device"] == "cpu" else model.get("gpus", 1)
