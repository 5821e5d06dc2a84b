"""Word tables written by us from everyday English: synonyms, opposites, kinds and parts.

Every table is divided between the splits by `entries_of`: an entry belongs to one split, and no
word of `SCALES`, category of `CATEGORIES` or whole of `PARTS` stands in two entries.
"""

from __future__ import annotations

from dataclasses import dataclass

# Nouns that take no article: plurals and substances.
BARE = frozenset(
    ("scissors", "tweezers", "scales", "sandpaper", "glue", "binoculars", "wax", "peel")
)
# The first letter misleads about the sound.
A_BEFORE_VOWEL_LETTER = ("uni", "euro", "one")
AN_BEFORE_CONSONANT_LETTER = ("hour", "honest", "heir")


def with_article(noun: str) -> str:
    """The noun with "a" or "an", or bare where it takes neither."""
    if noun in BARE or noun[0].isupper():
        return noun
    vowel = noun[0] in "aeiou" and not noun.startswith(A_BEFORE_VOWEL_LETTER)
    return ("an " if vowel or noun.startswith(AN_BEFORE_CONSONANT_LETTER) else "a ") + noun


@dataclass(frozen=True)
class Scale:
    """Two opposite ends; the words of one end mean nearly the same.

    Scales that share a field are too close in meaning to give each other wrong answers.
    """

    fields: frozenset[str]
    ends: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Category:
    """A kind of thing with members of the kind; `counted` members take an article.

    A name in `overlaps` is a category that some member may also belong to.
    """

    name: str
    counted: bool
    members: tuple[str, ...]
    overlaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """A thing with parts of it. Wholes that share a field may share parts."""

    fields: frozenset[str]
    name: str
    parts: tuple[str, ...]


def _scale(fields: str, one: str, other: str) -> Scale:
    return Scale(frozenset(fields.split()), (tuple(one.split()), tuple(other.split())))


def _category(name: str, members: str, overlaps: str = "", counted: bool = True) -> Category:
    return Category(name, counted, _split(members), _split(overlaps))


def _substance(name: str, members: str, overlaps: str = "") -> Category:
    return _category(name, members, overlaps, counted=False)


def _whole(fields: str, name: str, parts: str) -> Whole:
    return Whole(frozenset(fields.split()), name, _split(parts))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


# Scales of one part of speech give each other wrong answers, so each part has its own table.
SCALES: dict[str, tuple[Scale, ...]] = {
    "adjective": (
        _scale("size", "big large", "small little"),
        _scale("speed", "fast rapid speedy", "slow unhurried"),
        _scale("mood", "happy cheerful glad", "sad unhappy gloomy"),
        _scale("money", "rich wealthy affluent", "poor needy penniless"),
        _scale("effort", "easy simple effortless", "difficult demanding challenging"),
        _scale("mind", "clever intelligent brainy", "stupid foolish brainless"),
        _scale("courage", "brave courageous fearless", "cowardly fainthearted spineless"),
        _scale("age", "old aged elderly", "young youthful juvenile"),
        _scale("order", "clean spotless", "dirty filthy grimy"),
        _scale("sound", "loud noisy deafening", "quiet silent hushed"),
        _scale("body weight", "strong powerful mighty", "weak feeble frail"),
        _scale("looks", "beautiful pretty gorgeous", "ugly hideous unsightly"),
        _scale("truth", "honest truthful sincere", "dishonest deceitful untruthful"),
        _scale("character", "generous charitable", "stingy miserly"),
        _scale("character", "polite courteous", "rude impolite insolent"),
        _scale("danger", "safe secure", "dangerous hazardous risky"),
        _scale("water interest", "wet soaked drenched", "dry parched arid"),
        _scale("room", "full packed crammed", "empty vacant unoccupied"),
        _scale("money character", "cheap inexpensive", "expensive costly pricey"),
        _scale("heat character", "hot scorching boiling", "cold chilly freezing"),
        _scale("effort body will", "lazy idle", "hardworking industrious diligent"),
        _scale("body", "tired weary exhausted", "energetic lively vigorous"),
        _scale("mood sound", "angry furious irate", "calm serene tranquil"),
        _scale("usual room", "rare scarce uncommon", "common widespread plentiful"),
        _scale("fame usual", "famous renowned celebrated", "unknown nameless"),
        _scale("size body", "fat plump overweight", "thin skinny slim"),
        _scale("surface", "smooth even level", "rough bumpy uneven"),
        _scale("truth", "true correct", "false wrong incorrect"),
        _scale("weight size", "important significant major", "unimportant trivial minor"),
        _scale("weight will", "necessary essential vital", "unnecessary needless superfluous"),
        _scale("character", "arrogant haughty conceited", "humble meek unassuming"),
        _scale("body", "sick ill unwell", "healthy fit hale"),
        _scale("interest", "interesting fascinating gripping", "boring tedious tiresome"),
        _scale("interest usual weight", "funny amusing comical", "serious solemn earnest"),
        _scale("danger courage will", "careful cautious wary", "careless reckless rash"),
        _scale("character", "kind caring compassionate", "cruel heartless merciless"),
        _scale("law", "guilty culpable", "innocent blameless"),
        _scale("character", "friendly amiable sociable", "hostile unfriendly"),
        _scale("time", "permanent lasting enduring", "temporary passing fleeting"),
        _scale("sight", "transparent see-through", "opaque cloudy"),
        _scale("shape", "stiff rigid inflexible", "bendy flexible pliable"),
        _scale("taste order looks", "tasty delicious appetising", "disgusting revolting inedible"),
        _scale("usual", "odd strange peculiar", "normal standard typical"),
        _scale("luck", "lucky fortunate", "unlucky unfortunate"),
        _scale("doubt truth", "certain sure convinced", "doubtful unsure uncertain"),
        _scale("room", "complete whole entire", "partial incomplete unfinished"),
        _scale("will", "deliberate intentional planned", "accidental unintended unplanned"),
        _scale("will weight", "compulsory mandatory obligatory", "optional voluntary"),
        _scale("water room", "fertile fruitful", "barren infertile"),
        _scale("time size detail speed", "brief concise", "lengthy wordy rambling"),
        _scale("detail truth", "vague imprecise", "precise exact specific"),
        _scale("origin usual", "foreign overseas", "native local"),
        _scale("truth", "genuine authentic real", "fake counterfeit bogus"),
        _scale("law", "legal lawful permitted", "illegal unlawful forbidden"),
        _scale("body", "dead deceased lifeless", "alive living"),
        _scale("use weight money", "useful handy", "useless worthless"),
        _scale("order", "tidy neat orderly", "messy untidy disordered"),
        _scale("will body effort", "eager keen enthusiastic", "reluctant unwilling grudging"),
        _scale("looks speed effort", "clumsy awkward ungainly", "graceful agile nimble"),
        _scale("character truth", "loyal faithful devoted", "disloyal unfaithful"),
        _scale("usual", "similar alike comparable", "different unlike dissimilar"),
        _scale("mood", "hopeful optimistic", "despairing pessimistic"),
    ),
    "verb": (
        _scale("time", "begin start commence", "end finish conclude"),
        _scale("feeling praise", "love adore", "hate detest loathe"),
        _scale("making", "build construct erect", "destroy demolish wreck"),
        _scale("help fight leave", "help assist aid", "hinder hamper obstruct"),
        _scale("height amount", "rise ascend climb", "fall drop descend"),
        _scale("amount", "increase grow", "decrease shrink dwindle"),
        _scale("voice tears", "shout yell bellow", "whisper murmur mutter"),
        _scale("leave freedom", "allow permit let", "forbid prohibit ban"),
        _scale("praise fight", "praise commend compliment", "criticise condemn denounce"),
        _scale("sight", "hide conceal", "reveal show disclose"),
        _scale("unity crowd", "join connect link", "separate divide split"),
        _scale("fight making", "attack assault", "defend protect guard"),
        _scale("crowd keeping making", "gather collect assemble", "scatter disperse"),
        _scale("pace place", "hurry rush hasten", "dawdle dally loiter"),
        _scale("keeping freedom", "keep retain", "discard scrap dump"),
        _scale("tears", "laugh chuckle giggle", "cry weep sob"),
        _scale("talk", "ask inquire", "answer reply respond"),
        _scale("making unity", "repair fix mend", "break damage smash"),
        _scale("freedom", "release free liberate", "imprison jail confine"),
        _scale("place leave", "stay remain", "leave depart"),
        _scale("belief", "trust believe", "distrust doubt mistrust"),
        _scale("amount", "lengthen extend prolong", "shorten curtail abridge"),
        _scale("belief keeping leave praise", "accept welcome", "reject refuse"),
        _scale("help leave", "encourage urge hearten", "discourage deter dissuade"),
    ),
    "noun": (
        _scale("people", "friend companion pal", "enemy foe"),
        _scale("contest", "victory triumph", "defeat failure"),
        _scale("truth", "fact truth", "lie falsehood untruth"),
        _scale("door", "entrance entry", "exit egress"),
        _scale("feeling", "joy delight happiness", "sorrow grief misery"),
        _scale("amount", "abundance plenty", "shortage scarcity lack"),
        _scale("justice", "reward prize", "punishment penalty"),
        _scale("family", "ancestor forefather", "descendant offspring"),
        _scale("height", "top summit peak", "bottom base foot"),
        _scale("skill", "expert specialist", "beginner novice"),
        _scale("freedom", "freedom liberty", "captivity slavery bondage"),
        _scale("place", "centre middle", "edge rim fringe"),
    ),
}

# Some parts of these contain others of theirs, as an act contains scenes.
NESTED = frozenset(
    _split("aeroplane, army, atom, book, hospital, newspaper, play, poem, sentence, tree, year")
)

# Kinds that could be taken for a part of their members (a bench has a seat, a rose plant a flower) or
# for a whole of them (biology is a part of science); they never stand beside part and whole.
NEARLY_PARTS = frozenset(_split("flower, fruit, grain, nut, science, seat"))

# Neighbouring categories lie close to each other, so each group gives its own wrong answers.
CATEGORIES: dict[str, tuple[Category, ...]] = {
    "nature": (
        _category("bird", "robin, eagle, owl, sparrow, penguin, parrot"),
        _category("fish", "trout, salmon, herring, cod, carp, sardine"),
        _category("tree", "oak, birch, maple, willow, beech, poplar"),
        _category("insect", "beetle, ant, wasp, butterfly, mosquito, grasshopper"),
        _category("fruit", "pear, banana, peach, plum, mango, lemon", "tree, colour"),
        _category("mammal", "bear, elephant, rabbit, squirrel, camel, monkey"),
        _category("vegetable", "carrot, cabbage, turnip, leek, parsnip, cauliflower"),
        _category("flower", "rose, tulip, daisy, lily, daffodil, orchid"),
        _substance("metal", "iron, copper, gold, tin, aluminium, zinc", "colour"),
        _substance("gas", "oxygen, hydrogen, nitrogen, helium, neon, methane"),
        _category("reptile", "lizard, crocodile, cobra, tortoise, gecko, iguana"),
        _category("gemstone", "ruby, emerald, sapphire, diamond, topaz, opal", "colour"),
        _category("inner organ", "heart, liver, kidney, lung, stomach, brain", "shape"),
        _category("landform", "valley, hill, canyon, plateau, mountain, peninsula"),
        _category("nut", "almond, hazelnut, cashew, pecan, walnut, pistachio", "tree, fruit"),
        _category("storm", "hurricane, blizzard, tornado, typhoon, cyclone, sandstorm"),
    ),
    "goods": (
        _category("tool", "hammer, saw, screwdriver, drill, chisel, spanner"),
        _category("weapon", "sword, spear, rifle, cannon, dagger, pistol"),
        _category("vehicle", "car, bus, lorry, tractor, van, tram", "boat"),
        _category("boat", "canoe, kayak, ferry, yacht, dinghy, gondola", "vehicle"),
        _substance("fabric", "silk, cotton, linen, velvet, denim, satin"),
        _category("garment", "shirt, skirt, jacket, sweater, coat, blouse", "hat, shoe"),
        _category("building", "church, castle, palace, barn, cottage, mosque"),
        _category("container", "bucket, jar, box, barrel, bottle, basket"),
        _category("toy", "doll, kite, yo-yo, rattle, teddy bear, rocking horse", "bird, seat"),
        _substance("drink", "tea, coffee, lemonade, cocoa, juice, beer"),
        _category("seat", "stool, bench, sofa, armchair, throne, pew"),
        _category("room", "kitchen, bedroom, bathroom, attic, nursery, cellar"),
        _category("musical instrument", "violin, flute, trumpet, drum, harp, cello", "toy"),
        _category("shoe", "sandal, boot, slipper, clog, moccasin, sneaker", "garment"),
        _substance("cheese", "cheddar, brie, parmesan, gouda, feta, mozzarella"),
        _category("hat", "beret, sombrero, fedora, bonnet, bowler, trilby", "garment"),
        _substance(
            "spice", "cinnamon, nutmeg, saffron, turmeric, cardamom, ginger", "colour, vegetable"
        ),
        _substance("pasta", "spaghetti, macaroni, lasagne, ravioli, penne, tagliatelle"),
        _substance("grain", "wheat, barley, rye, rice, millet, maize", "vegetable"),
        _substance("herb", "basil, thyme, parsley, oregano, rosemary, tarragon", "spice"),
    ),
    "ideas": (
        _substance("colour", "purple, yellow, red, brown, beige, blue"),
        _category("shape", "circle, triangle, rectangle, hexagon, oval, pentagon"),
        _substance("sport", "tennis, hockey, rugby, basketball, golf, judo"),
        _category("dance", "waltz, tango, samba, polka, foxtrot, rumba"),
        _substance("emotion", "anger, joy, fear, jealousy, grief, disgust"),
        _substance("meal", "breakfast, lunch, dinner, supper, brunch"),
        _substance("science", "physics, chemistry, biology, botany, geology, zoology"),
        _substance("language", "Spanish, Arabic, Swahili, Hindi, Korean, Portuguese"),
        _substance("disease", "measles, malaria, cholera, influenza, mumps, tuberculosis"),
        _category("relative", "uncle, aunt, cousin, nephew, niece, grandmother"),
        _category("poem", "sonnet, haiku, limerick, ballad, ode, elegy"),
        _category("punctuation mark", "comma, semicolon, hyphen, apostrophe, bracket, full stop"),
        _substance("crime", "theft, murder, arson, burglary, fraud, smuggling"),
        _category("unit of length", "mile, inch, kilometre, centimetre, yard, metre"),
        _substance("card game", "poker, whist, rummy, blackjack, solitaire, canasta", "sport"),
        _category("coin", "penny, dime, cent, farthing, shilling, sixpence"),
    ),
}

PARTS: tuple[Whole, ...] = (
    _whole("vehicle", "bicycle", "pedal, handlebar, saddle"),
    _whole("plant", "flower", "petal, stamen"),
    _whole("building", "castle", "moat, drawbridge, dungeon"),
    _whole("text", "book", "page, chapter, title page"),
    _whole("body", "hand", "finger, palm, thumb"),
    _whole("vehicle", "ship", "mast, anchor, hull"),
    _whole("clothes", "shirt", "collar, sleeve, cuff"),
    _whole("building", "church", "steeple, altar, pulpit"),
    _whole("furniture", "bed", "mattress, headboard, bedpost"),
    _whole("body", "bird", "beak, feather, gizzard"),
    _whole("music", "guitar", "fret, string, soundboard"),
    _whole("plant", "tree", "branch, twig, treetop"),
    _whole("time", "year", "month, season, fortnight"),
    _whole("body", "eye", "pupil, iris, retina"),
    _whole("building", "door", "hinge, doorknob, keyhole"),
    _whole("body", "fish", "gill, dorsal fin, swim bladder"),
    _whole("device lid", "camera", "viewfinder, zoom lens"),
    _whole("food", "egg", "yolk, eggshell, egg white"),
    _whole("land", "volcano", "crater, lava dome, magma chamber"),
    _whole("vehicle", "car", "steering wheel, gearbox, windscreen"),
    _whole("text", "play", "act, scene, epilogue"),
    _whole("clothes body", "shoe", "shoelace, insole, buckle"),
    _whole("lamp", "candle", "wick, wax"),
    _whole("body", "leg", "knee, shin, thigh"),
    _whole("device", "computer", "keyboard, processor, hard drive"),
    _whole("body", "deer", "antler, hoof"),
    _whole("text", "poem", "stanza, couplet, refrain"),
    _whole("building vehicle", "window", "pane, windowsill"),
    _whole("vehicle", "aeroplane", "cockpit, fuselage, landing gear"),
    _whole("plant food", "apple", "core, peel, pip"),
    _whole("army", "army", "regiment, battalion, platoon"),
    _whole("weapon", "sword", "hilt, blade, pommel"),
    _whole("body", "mouth", "tooth, gum, palate"),
    _whole("tent", "tent", "tent pole, groundsheet, guy rope"),
    _whole("clock", "clock", "hour hand, minute hand, pendulum"),
    _whole("text", "letter", "greeting, signature, postscript"),
    _whole("body", "cow", "udder, hoof, rump"),
    _whole("vehicle", "wheel", "spoke, hub, tyre"),
    _whole("plant", "cactus", "prickle, root"),
    _whole("atom", "atom", "nucleus, electron, proton"),
    _whole("body clothes", "arm", "elbow, forearm, wrist"),
    _whole("food", "meal", "starter, dessert, main course"),
    _whole("lid", "teapot", "spout, lid"),
    _whole("weapon", "rifle", "trigger, barrel, butt"),
    _whole("body", "insect", "feeler, thorax, abdomen"),
    _whole("text", "newspaper", "headline, editorial, front page"),
    _whole("land", "river", "estuary, riverbed, source"),
    _whole("building", "theatre", "stage, auditorium, box office"),
    _whole("lid", "pen", "nib, cap, ink cartridge"),
    _whole("clothes", "coat", "lapel, coat pocket"),
    _whole("building", "staircase", "step, banister"),
    _whole("body", "face", "chin, cheek, forehead"),
    _whole("body", "skeleton", "skull, rib, backbone"),
    _whole("vehicle", "train", "locomotive, carriage, dining car"),
    _whole("land", "mountain", "summit, slope, ridge"),
    _whole("body", "scorpion", "sting, pincer"),
    _whole("text", "sentence", "verb, clause, predicate"),
    _whole("building", "hospital", "ward, operating theatre, maternity unit"),
    _whole("building body land", "bridge", "pier, span"),
    _whole("body clothes", "foot", "toe, ankle, instep"),
)
