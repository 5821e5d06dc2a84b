"""What the invented facts are about: each pool holds things of one kind, none in two pools.

The people, towns and companies do not exist, so that no item is answered from world knowledge.
"""

from __future__ import annotations

from benchprof.generators.templates.vocabulary import (
    ANIMALS,
    COLOURS,
    FIRST_NAMES,
    INVENTED_TOWNS,
    JOBS,
    OBJECTS,
)

POOLS: dict[str, tuple[str, ...]] = {
    "person": FIRST_NAMES,
    "town": INVENTED_TOWNS,
    "job": JOBS,
    "object": OBJECTS,
    "colour": COLOURS,
    "animal": ANIMALS,
    "surname": (
        "Varga", "Okoye", "Lindqvist", "Moreau", "Tanaka", "Petrov", "Silva", "Haddad", "Novak",
        "Keller", "Mensah", "Rossi", "Iyer", "Brandt", "Duarte", "Farrow", "Kowalski", "Nilsen",
        "Rahman", "Yamada",
    ),
    "goods": (
        "bread", "butter", "cheese", "cider", "cloth", "coffee", "garlic", "glass", "honey",
        "leather", "lace", "oil", "paper", "pepper", "rice", "salt", "silk", "soap", "sugar",
        "tea", "vinegar", "wool",
    ),
    "food": (
        "almonds", "apricots", "beans", "carrots", "cherries", "figs", "lentils", "mushrooms",
        "noodles", "nuts", "pancakes", "peaches", "pears", "plums", "porridge", "raisins",
        "tomatoes", "waffles",
    ),
    "instrument": (
        "accordion", "banjo", "bassoon", "cello", "clarinet", "guitar", "harp", "oboe", "organ",
        "piano", "saxophone", "trombone", "trumpet", "tuba", "violin", "xylophone",
    ),
    "month": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "subject": (
        "algebra", "art", "biology", "chemistry", "cooking", "drama", "geography", "grammar",
        "history", "music", "physics", "poetry", "sewing", "swimming",
    ),
    "flavour": (
        "banana", "caramel", "chocolate", "cinnamon", "coconut", "ginger", "hazelnut", "lemon",
        "mango", "mint", "pistachio", "pumpkin", "raspberry", "vanilla",
    ),
    "plant": (
        "asters", "daisies", "ferns", "irises", "lilies", "lupins", "marigolds", "orchids",
        "pansies", "peonies", "poppies", "roses", "tulips", "violets",
    ),
    "spot": (
        "bench", "chimney", "fence", "fountain", "gate", "greenhouse", "hedge", "kennel", "ladder",
        "pond", "pump", "shed", "swing", "terrace", "wall", "well",
    ),
    "material": (
        "amber", "bone", "brass", "clay", "copper", "cork", "granite", "ice", "iron", "ivory",
        "marble", "sand", "slate", "straw", "wax", "wood",
    ),
    "wood": (
        "ash", "bamboo", "beech", "birch", "cedar", "cypress", "elm", "maple", "oak", "pine",
        "spruce", "walnut", "willow",
    ),
    "room": (
        "attic", "ballroom", "cellar", "chapel", "gallery", "hall", "kitchen", "laundry",
        "library", "nursery", "pantry", "parlour", "study", "workshop",
    ),
    "building": (
        "bakery", "barracks", "brewery", "castle", "cinema", "courthouse", "hospital", "hotel",
        "museum", "pharmacy", "prison", "school", "stadium", "station", "temple", "theatre",
    ),
    "firm": (
        "Arcton", "Bexley Tools", "Corvane", "Delmar Foods", "Elvano", "Fennick", "Galdor",
        "Hexamo", "Ironleaf", "Jorvik Lamps", "Kelmont", "Lumetra", "Marrowby", "Nordfield",
    ),
    "ship": (
        "Amberjack", "Bluebell", "Comet", "Dolphin", "Evening Star", "Falcon", "Gannet",
        "Highlander", "Isabella", "Juno", "Kingfisher", "Lighthouse", "Meteor", "Nightingale",
    ),
    "creature": (
        "dorrin", "frask", "grolu", "hoddle", "mabbit", "plimsy", "quorl", "snarrel", "trell",
        "vonk", "wummel", "zibbet",
    ),
    "herb": (
        "ashwort", "bluecap", "duskberry", "frostcap", "goldthistle", "moonmoss", "nightbell",
        "redbristle", "silverroot", "stoneleaf", "sweetreed", "waxpod",
    ),
    "island": (
        "Brask", "Dorsay", "Fenna", "Hulde", "Korrin", "Lomay", "Muro", "Orrin", "Pelsay",
        "Tamsey", "Ulmo", "Velk",
    ),
    "moon": (
        "Abrion", "Calvus", "Delphra", "Erumo", "Fyria", "Gantor", "Hesta", "Ixora", "Kalype",
        "Lunet", "Morwen", "Nerix",
    ),
    "cat": (
        "Biscuit", "Button", "Domino", "Fidget", "Gizmo", "Muffin", "Nutmeg", "Pickle", "Rascal",
        "Sooty", "Smoky", "Snowball", "Toffee", "Velvet",
    ),
    "street": (
        "Abbey Row", "Beacon Road", "Canal Street", "Duke Street", "Elm Close", "Fisher Lane",
        "Garden Walk", "Harbour Road", "Iron Alley", "King Street", "Linden Avenue", "Mill Lane",
        "Park Row", "Quarry Road",
    ),
    "feast": (
        "Bells", "Boats", "Candles", "Drums", "Feathers", "Kites", "Lanterns", "Masks", "Mirrors",
        "Puppets", "Ribbons", "Riddles", "Shadows", "Songs", "Wheels",
    ),
    "collection": (
        "buttons", "coins", "dolls", "fossils", "insects", "magnets", "medals", "postcards",
        "posters", "puzzles", "seashells", "stamps", "teapots", "thimbles",
    ),
    "book": (
        "Nine Lanterns", "The Glass Orchard", "Winter Ferry", "Salted Thunder", "Paper Bridges",
        "A Quiet Furnace", "The Copper Hour", "Dusty Clover", "The Seventh Oar", "Crooked Maps",
        "The Velvet Anchor", "Songs for Gravel", "Tomorrow's Ink", "The Last Meadow",
    ),
    "river": (
        "Arrel", "Brome", "Corrow", "Dask", "Elvet", "Fyle", "Gorran", "Isk", "Lorn", "Marl",
        "Nethe", "Osk", "Pell", "Tarrow",
    ),
    "horse": (
        "Avalanche", "Bandit", "Cinder", "Dynamo", "Eclipse", "Fable", "Glory", "Hurricane",
        "Jester", "Lightning", "Maestro", "Nomad", "Shadow", "Tempest",
    ),
    "nook": (
        "barrel", "birdhouse", "bathtub", "bucket", "cradle", "crate", "cupboard", "drawer",
        "hammock", "kettle", "lifeboat", "locker", "sack", "suitcase", "trunk",
    ),
}  # fmt: skip
