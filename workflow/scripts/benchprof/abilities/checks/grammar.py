"""The closed classes of English words: those that carry grammar and that no text can do without.

Every other word is a content word. Relations such as "before", "under" or "if" stand here too,
although some abilities are about them: the checks of form must see when such a word gives an
ability away. Cardinal numbers are one class and ordinals another, since which number it is says
nothing of the form. Words are in lower case, as `words` gives them: it divides a contraction at
its apostrophe, so "isn't" is `isn` and `t`.
"""

from __future__ import annotations

ARTICLES = "a an the"
PRONOUNS = (
    "i me my mine myself you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself we us our ours ourselves they them their theirs themselves this that "
    "these those somebody someone something anybody anyone anything everybody everyone "
    "everything nobody nothing each other another same such"
)
PREPOSITIONS = (
    "aboard about above across after against along alongside amid among amongst around as at "
    "atop before behind below beneath beside besides between beyond by concerning despite down "
    "during except for from in inside into like near of off on onto opposite out outside over "
    "past per regarding since through throughout till to toward towards under underneath unlike "
    "until up upon versus via with within without ago away apart"
)
CONJUNCTIONS = (
    "and but or nor so yet if unless because since while whilst whereas although though than "
    "whether once until lest provided therefore thus hence however otherwise instead"
)
AUXILIARIES = (
    "am is are was were be been being isn aren wasn weren has have had having hasn haven hadn "
    "do does did done doing don doesn didn s t d m ll re ve"
)
MODALS = (
    "can could may might must shall should will would ought cannot couldn mightn mustn shan "
    "shouldn won wouldn"
)
QUANTIFIERS = (
    "all any both each either every neither no none not only few fewer fewest several some "
    "enough little less least many more most much half twice never always ever"
)
QUESTION_WORDS = "who whom whose what which when where why how"
ADVERBS = "here there then now again also too just even still already soon very quite almost"

CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred hundreds thousand thousands million dozen dozens"
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "thirtieth fortieth fiftieth hundredth last"
)

CLOSED_CLASSES = (
    ARTICLES,
    PRONOUNS,
    PREPOSITIONS,
    CONJUNCTIONS,
    AUXILIARIES,
    MODALS,
    QUANTIFIERS,
    QUESTION_WORDS,
    ADVERBS,
)
NUMBER, ORDINAL, CONTENT = "(number)", "(ordinal)", "(content)"

FUNCTION_WORD: dict[str, str] = (
    {word: word for words in CLOSED_CLASSES for word in words.split()}
    | dict.fromkeys(CARDINALS.split(), NUMBER)
    | dict.fromkeys(ORDINALS.split(), ORDINAL)
)


def skeleton(tokens: list[str]) -> list[str]:
    """The words with each content word as one placeholder; a number in digits is a number word."""
    return [NUMBER if word.isdecimal() else FUNCTION_WORD.get(word, CONTENT) for word in tokens]
