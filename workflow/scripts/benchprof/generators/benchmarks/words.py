"""What the questions of the benchmarks are about: things, places, deeds and what goes together."""

from __future__ import annotations

KINDS_OF_THINGS = {
    "fruit": ("plum", "pear", "banana", "peach"),
    "tool": ("hammer", "saw", "screwdriver", "drill"),
    "musical instrument": ("violin", "trumpet", "flute", "guitar"),
    "toy animal": ("lion", "horse", "camel", "bear"),
    "piece of clothing": ("scarf", "glove", "sock", "cap"),
    "flower": ("tulip", "rose", "daisy", "lily"),
}
CONTINENTS = {
    "Europe": ("Portugal", "Poland", "Sweden", "Greece"),
    "Asia": ("Japan", "Vietnam", "India", "Mongolia"),
    "Africa": ("Kenya", "Egypt", "Ghana", "Morocco"),
    "South America": ("Peru", "Chile", "Bolivia", "Uruguay"),
}
TOOLS = {
    "carpenter": "hammer", "barber": "razor", "gardener": "rake", "fisherman": "net",
    "tailor": "needle", "baker": "rolling pin", "painter": "brush", "photographer": "camera",
}  # fmt: skip
FATES = {
    "it melted": (
        ("left a chocolate bar in the hot sun", "chocolate bar"),
        ("left an ice cream on a warm windowsill", "ice cream"),
        ("forgot a piece of butter beside the hot stove", "piece of butter"),
    ),
    "it broke": (
        ("dropped a china cup on the stone floor", "china cup"),
        ("knocked a glass vase off the table", "glass vase"),
        ("let a mirror fall down the stairs", "mirror"),
    ),
    "it burnt": (
        ("left a loaf in the hot oven all night", "loaf"),
        ("forgot a pancake in the hot pan", "pancake"),
        ("dropped a letter into the fire", "letter"),
    ),
    "it got wet": (
        ("left a coat outside in the rain", "coat"),
        ("dropped a towel into the lake", "towel"),
        ("held a hat under the tap", "hat"),
    ),
}
"""What happened to things, what people had done with them, and what the things are."""
ANIMALS = {
    "bird": ("eagle", "sparrow", "owl", "swallow"),
    "fish": ("shark", "trout", "salmon", "cod"),
    "insect": ("bee", "ant", "fly", "beetle"),
    "farm animal": ("cow", "goat", "sheep", "pig"),
}
GOODS = {
    "flowers": ("rose", "tulip", "daisy"),
    "drinks": ("lemonade", "coffee", "tea"),
    "tools": ("hammer", "saw", "drill"),
    "sweets": ("toffee", "lollipop", "chocolate bar"),
}
COLOURS = ("blue", "red", "green", "yellow")
SMALL_THINGS = ("key", "letter", "ring", "watch")
CONTAINERS = ("bag", "box", "basket", "suitcase")
ROOMS = ("kitchen", "garage", "cellar", "bedroom", "bathroom", "attic")
FOODS = ("soup", "salad", "pizza", "pancake", "sandwich")
WARES = ("bag", "hat", "scarf", "lamp", "chair")
SCENES = (
    ("storm", "bought nails", "hid in the cellar", "mended the roof", "fed the hens"),
    ("wedding", "ironed a suit", "made a speech", "washed the dishes", "wrote a letter"),
    ("match", "stretched both legs", "scored a goal", "took a shower", "read the paper"),
    ("concert", "tuned the cello", "played a solo", "signed programmes", "slept until noon"),
    ("exam", "sharpened a pencil", "answered all questions", "handed in the paper", "went skating"),
)
"""An event, and what somebody did before it, during it, after it, and on the next day."""
HOURS = {1: "one hour", 2: "two hours", 3: "three hours"}
