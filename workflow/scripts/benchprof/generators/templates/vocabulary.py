"""Names, places and objects for the generated items, all common and of varied origin."""

from __future__ import annotations

FIRST_NAMES = (
    "Aisha", "Amara", "Anders", "Anika", "Bruno", "Carlos", "Chen", "Clara", "Daniel", "Elena",
    "Emeka", "Emily", "Farah", "Felix", "Fatima", "George", "Grace", "Hana", "Hassan", "Henry",
    "Ines", "Ingrid", "Ivan", "James", "Jamila", "Jorge", "Julia", "Kofi", "Kenji", "Laila",
    "Lars", "Leila", "Liam", "Lucia", "Maria", "Marco", "Mei", "Miguel", "Nadia", "Nina",
    "Noah", "Olga", "Omar", "Oscar", "Paula", "Pedro", "Priya", "Rahul", "Ravi", "Rosa",
    "Samir", "Sara", "Sofia", "Tariq", "Thomas", "Tomas", "Uma", "Vera", "Viktor", "Wei",
    "Yara", "Yusuf", "Zara", "Zoe",
)  # fmt: skip

# For texts in which people must be told apart: of two names nearly alike, one.
DISTINCT_NAMES = tuple(
    name for name in FIRST_NAMES if name not in ("Jorge", "Laila", "Sara", "Tomas")
)

# Towns that do not exist, so that no item about them is answered from world knowledge.
INVENTED_TOWNS = (
    "Brindlemere", "Calderwick", "Dunmarsh", "Eastvale", "Fernholt", "Greywater", "Hollowby",
    "Ivyford", "Juniper Cross", "Kestrel Bay", "Larkspur", "Millhaven", "Northgate", "Oakhurst",
    "Pinefield", "Quarrytown", "Ravensport", "Saltbridge", "Thornbury Hill", "Underfell",
    "Velmora", "Westerby", "Yarrowdale", "Zennor Point",
)  # fmt: skip

JOBS = (
    "baker", "carpenter", "doctor", "driver", "engineer", "farmer", "fisher", "gardener",
    "journalist", "lawyer", "librarian", "mechanic", "musician", "nurse", "painter", "pilot",
    "plumber", "potter", "sailor", "tailor", "teacher", "waiter", "weaver", "writer",
)  # fmt: skip

OBJECTS = (
    "basket", "bell", "book", "bottle", "bowl", "box", "brush", "candle", "clock", "coin", "cup",
    "drum", "flute", "hammer", "hat", "jar", "key", "kite", "knife", "lamp", "letter", "map",
    "mirror", "mug", "needle", "pen", "pillow", "plate", "ring", "rope", "scarf", "shoe", "spoon",
    "stone", "ticket", "towel", "toy", "umbrella", "vase", "watch",
)  # fmt: skip

COLOURS = (
    "black", "blue", "brown", "green", "grey", "orange", "pink", "purple", "red", "silver",
    "white", "yellow",
)  # fmt: skip

ANIMALS = (
    "cat", "cow", "deer", "dog", "duck", "fox", "frog", "goat", "goose", "horse", "lion", "mouse",
    "owl", "pig", "rabbit", "sheep", "snake", "tiger", "turtle", "wolf",
)  # fmt: skip
