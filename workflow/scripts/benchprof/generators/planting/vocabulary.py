"""The words of the planted world, and a tokenizer whose tokens are these words.

A validation draws items of it, and its rules know these words by the digest of this module: so they
are no table beside it.
"""

from __future__ import annotations

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import PreTrainedTokenizerFast

SPECIALS = ("<pad>", "<s>", "</s>", "<unk>")
THINGS = tuple(f"thing{number}" for number in range(16))
"""Every answer is one of these."""
PLACES = tuple(f"place{number}" for number in range(5))
RELATIONS = tuple(f"relation{number}" for number in range(4))
EVENTS = tuple(f"event{number}" for number in range(8))
SENSES = tuple(f"sense{number}" for number in range(4))
MOVES = ("north", "east", "south", "west")
FORM = ("Question:", "Answer:")
"""What `benchprof.abilities.prompt` puts around an item."""
SIGNS = ("plus", "then", "is", "to", "as", "and", "yes", "no", "first", "last", "locked", "cue",
         "echo", "next")  # fmt: skip


def words(abilities: tuple[str, ...]) -> tuple[str, ...]:
    """All words in the order of their token numbers; an ability's name opens its items."""
    return (*SPECIALS, *FORM, *THINGS, *PLACES, *RELATIONS, *EVENTS, *SENSES, *MOVES, *SIGNS,
            *abilities)  # fmt: skip


def make_tokenizer(known: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """A tokenizer of these words, which are split at white space."""
    numbers = {word: number for number, word in enumerate(known)}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        unk_token="<unk>", model_max_length=64,
    )  # fmt: skip
