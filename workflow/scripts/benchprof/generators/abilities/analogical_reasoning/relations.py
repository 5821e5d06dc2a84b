"""Tables written by us from everyday English: what things are related to, and by which relation.

A `Frame` is a head word with one word for each of several relations ("baker" with its tool, place
of work, material and product). A pair of words from one frame shows a relation; another frame of
the same table has the same relation, and its other words are wrong answers that are just as
closely related to its head. `entries_of` (`generation/shares.py`) divides every table between the
splits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """A head word and, by relation, the word that has the relation to it."""

    head: str
    words: dict[str, str]


def _frames(relations: str, *rows: str) -> tuple[Frame, ...]:
    """Frames from rows of the head and its words; a dash stands for a missing word."""
    names = relations.split()
    return tuple(_frame(names, [word.strip() for word in row.split(",")]) for row in rows)


def _frame(names: Sequence[str], words: Sequence[str]) -> Frame:
    head, *rest = words
    found = zip(names, rest, strict=True)
    return Frame(head, {name: word for name, word in found if word != "-"})


# Things and living beings: the relation is one of meaning.
MEANINGS: dict[str, tuple[Frame, ...]] = {
    "animals": _frames(
        "young sound home male female group gives",
        "cow, calf, moo, -, bull, -, herd, milk",
        "dog, puppy, bark, kennel, -, -, pack, -",
        "sheep, lamb, bleat, fold, ram, ewe, flock, wool",
        "lion, cub, roar, savannah, -, lioness, pride, -",
        "horse, foal, neigh, stable, stallion, mare, -, -",
        "goose, gosling, honk, -, gander, -, gaggle, -",
        "pig, piglet, grunt, sty, boar, sow, -, bacon",
        "duck, duckling, quack, pond, drake, -, -, -",
        "bee, larva, buzz, hive, drone, queen, swarm, honey",
        "chicken, chick, cluck, coop, rooster, hen, -, egg",
        "cat, kitten, meow, basket, tom, -, -, -",
        "wolf, pup, howl, lair, -, she-wolf, pack, -",
        "goat, kid, -, pen, billy, nanny, -, cheese",
        "deer, fawn, bellow, forest, stag, doe, herd, venison",
        "elephant, calf, trumpet, grassland, -, -, herd, ivory",
        "tiger, cub, growl, jungle, -, tigress, -, -",
        "fox, cub, yelp, den, -, vixen, -, fur",
    ),
    "crafts": _frames(
        "tool place material product",
        "baker, oven, bakery, flour, bread",
        "carpenter, saw, workshop, wood, cupboard",
        "potter, wheel, pottery, clay, jug",
        "blacksmith, anvil, forge, iron, horseshoe",
        "tailor, needle, tailor's shop, cloth, suit",
        "weaver, loom, mill, yarn, carpet",
        "painter, brush, studio, canvas, portrait",
        "sculptor, chisel, studio, marble, statue",
        "winemaker, press, winery, grapes, wine",
        "brewer, vat, brewery, barley, beer",
        "cheesemaker, churn, dairy, milk, cheese",
        "jeweller, tweezers, jewellery shop, gold, necklace",
        "bricklayer, trowel, building site, bricks, wall",
        "cook, pan, kitchen, vegetables, soup",
        "glassblower, blowpipe, glassworks, sand, vase",
        "miller, millstone, windmill, wheat, flour",
        "tanner, tub, tannery, hides, leather",
        "dressmaker, sewing machine, fashion house, silk, dress",
        "cobbler, awl, shoe shop, leather, boot",
        "shipbuilder, crane, shipyard, steel, ship",
        "printer, printing press, print shop, paper, newspaper",
        "candlemaker, mould, candle factory, wax, candle",
        "basket maker, knife, hut, willow, basket",
        "distiller, still, distillery, rye, whisky",
        "butcher, cleaver, butcher's shop, pork, sausage",
        "confectioner, saucepan, sweet shop, sugar, toffee",
        "farmer, plough, farm, soil, harvest",
        "lumberjack, axe, forest, tree, log",
        "milliner, steam iron, hat shop, felt, bonnet",
        "photographer, camera, darkroom, film, photograph",
        "florist, scissors, flower shop, flowers, bouquet",
        "stonemason, mallet, quarry, granite, gravestone",
    ),
    "things": _frames(
        "part user place kind stuff",
        "car, engine, driver, garage, vehicle, -",
        "aeroplane, wing, pilot, hangar, aircraft, -",
        "ship, mast, helmsman, harbour, vessel, -",
        "sword, hilt, knight, scabbard, weapon, steel",
        "book, page, reader, library, -, paper",
        "guitar, string, guitarist, -, instrument, wood",
        "shirt, sleeve, -, wardrobe, garment, cotton",
        "arrow, tip, archer, quiver, weapon, -",
        "tent, pole, -, campsite, shelter, canvas",
        "bicycle, pedal, cyclist, bike shed, vehicle, -",
        "pot, lid, cook, kitchen, -, metal",
        "hammer, handle, carpenter, toolbox, tool, -",
        "bed, mattress, -, bedroom, furniture, -",
        "computer, keyboard, programmer, office, machine, -",
        "tractor, engine, farmer, barn, vehicle, -",
        "desk, drawer, -, classroom, furniture, wood",
        "needle, eye, tailor, pincushion, tool, steel",
        "rifle, trigger, marksman, armoury, weapon, -",
        "spade, blade, gardener, shed, tool, -",
        "telescope, lens, astronomer, observatory, instrument, -",
        "violin, string, violinist, concert hall, instrument, -",
        "saddle, stirrup, rider, stable, seat, leather",
        "ambulance, siren, paramedic, hospital, vehicle, -",
        "crown, jewel, king, palace, headgear, gold",
        "tram, carriage, -, depot, vehicle, -",
        "drum, drumhead, drummer, bandstand, instrument, -",
        "throne, armrest, -, palace, seat, -",
        "coin, -, shopper, purse, money, metal",
    ),
    "sports": _frames(
        "venue gear player move",
        "golf, course, club, golfer, putt",
        "boxing, ring, gloves, boxer, punch",
        "skating, rink, skates, skater, pirouette",
        "archery, range, bow, archer, shot",
        "swimming, pool, goggles, swimmer, crawl",
        "football, pitch, ball, footballer, kick",
        "fencing, piste, foil, fencer, lunge",
        "surfing, ocean, surfboard, surfer, ride",
        "horse racing, racecourse, saddle, jockey, gallop",
        "bowling, alley, pins, bowler, strike",
        "motor racing, circuit, car, racing driver, lap",
        "climbing, cliff, rope, climber, ascent",
        "gymnastics, gym, beam, gymnast, somersault",
        "cycling, velodrome, bicycle, cyclist, sprint",
        "rowing, river, oar, rower, stroke",
        "baseball, diamond, bat, batter, swing",
        "skiing, slope, skis, skier, slalom",
        "chess, board, pieces, chess player, checkmate",
        "wrestling, mat, leotard, wrestler, headlock",
        "tennis, court, racket, tennis player, serve",
    ),
    "nature": _frames(
        "place product part kind",
        "apple, orchard, cider, core, fruit",
        "grape, vineyard, wine, pip, fruit",
        "wheat, field, flour, ear, cereal",
        "olive, grove, oil, stone, fruit",
        "oak, forest, plank, acorn, tree",
        "rose, flower bed, perfume, thorn, flower",
        "rice, paddy, rice wine, husk, cereal",
        "tomato, greenhouse, ketchup, skin, vegetable",
        "pine, mountainside, resin, cone, tree",
        "lavender, garden, scented oil, blossom, shrub",
        "coffee, plantation, espresso, bean, shrub",
        "maple, wood, syrup, leaf, tree",
    ),
}

# Relations of different tables that come to the same; a pair must not be matched by both.
KIN = {
    "home": "place",
    "venue": "place",
    "user": "person",
    "player": "person",
    "doer": "person",
    "gives": "product",
    "stuff": "material",
    "gear": "tool",
    "move": "deed",
    "quality": "deed",
}

# What is said of the head can be said of these (a cub has fur as a fox has, a leaf is in the wood as a
# maple is), and two of them name what the head names.
STAND_INS = frozenset(("young", "male", "female", "kind", "part"))
NAMESAKES = frozenset(("female", "kind"))

# Forms and degrees of a word: the relation is one of form and meaning.
FORMS: dict[str, tuple[Frame, ...]] = {
    "adjectives": _frames(
        "opposite extreme quality more",
        "hot, cold, scorching, heat, hotter",
        "large, small, enormous, largeness, larger",
        "happy, sad, overjoyed, happiness, happier",
        "strong, weak, invincible, strength, stronger",
        "long, short, endless, length, longer",
        "deep, shallow, bottomless, depth, deeper",
        "hungry, full, starving, hunger, hungrier",
        "loud, quiet, deafening, loudness, louder",
        "angry, calm, furious, anger, angrier",
        "wet, dry, drenched, wetness, wetter",
        "dirty, clean, filthy, dirt, dirtier",
        "bright, dim, dazzling, brightness, brighter",
        "clever, stupid, brilliant, cleverness, cleverer",
        "fast, slow, supersonic, speed, faster",
        "good, bad, excellent, goodness, better",
        "old, new, ancient, age, older",
        "brave, cowardly, heroic, bravery, braver",
        "warm, cool, boiling, warmth, warmer",
        "tall, short, towering, height, taller",
        "heavy, light, leaden, weight, heavier",
        "thin, fat, skeletal, thinness, thinner",
        "wide, narrow, boundless, width, wider",
        "pretty, ugly, gorgeous, prettiness, prettier",
        "poor, rich, destitute, poverty, poorer",
        "proud, humble, arrogant, pride, prouder",
        "tasty, bland, delicious, taste, tastier",
        "cruel, kind, barbaric, cruelty, crueller",
        "silly, sensible, ridiculous, silliness, sillier",
        "easy, difficult, effortless, ease, easier",
    ),
    "verbs": _frames(
        "past doer deed doing",
        "sing, sang, singer, song, singing",
        "speak, spoke, speaker, speech, speaking",
        "sell, sold, seller, sale, selling",
        "fly, flew, flier, flight, flying",
        "grow, grew, grower, growth, growing",
        "give, gave, giver, gift, giving",
        "lose, lost, loser, loss, losing",
        "invent, invented, inventor, invention, inventing",
        "serve, served, server, service, serving",
        "rob, robbed, robber, robbery, robbing",
        "govern, governed, governor, government, governing",
        "perform, performed, performer, performance, performing",
        "translate, translated, translator, translation, translating",
        "move, moved, mover, movement, moving",
        "explore, explored, explorer, exploration, exploring",
        "pay, paid, payer, payment, paying",
        "deliver, delivered, deliverer, delivery, delivering",
        "advise, advised, adviser, advice, advising",
        "believe, believed, believer, belief, believing",
        "choose, chose, chooser, choice, choosing",
        "employ, employed, employer, employment, employing",
        "conquer, conquered, conqueror, conquest, conquering",
        "deceive, deceived, deceiver, deceit, deceiving",
        "discover, discovered, discoverer, discovery, discovering",
        "betray, betrayed, betrayer, betrayal, betraying",
        "pursue, pursued, pursuer, pursuit, pursuing",
        "tell, told, teller, tale, telling",
        "steal, stole, thief, theft, stealing",
        "create, created, creator, creation, creating",
        "apply, applied, applicant, application, applying",
    ),
}
