"""Tables written by us from everyday knowledge: who does what, what with, and two-sided events.

`task` phrases begin with the verb's base form and share no stem with the name, which would give
the answer away. Each is chosen so that nobody (or nothing) else of
the table is the usual one for it; where two are close, `clashes` names the other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Doer:
    """A worker or a tool with the tasks that are typical of it and of no other in the table."""

    name: str
    tasks: tuple[str, ...]
    clashes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """What one person did to another, as in "hired Mei", "was hired", with each one's role."""

    verb: str
    passive: str
    rest: str
    first_role: str
    second_role: str


def _doer(name: str, tasks: str, clashes: str = "") -> Doer:
    return Doer(
        name,
        tuple(task.strip() for task in tasks.split("/")),
        tuple(clash.strip() for clash in clashes.split(",") if clash.strip()),
    )


AGENTS: dict[str, tuple[Doer, ...]] = {
    "crafts": (
        _doer("plumber", "repair a leaking tap / unblock a drain"),
        _doer("tailor", "shorten a pair of trousers / sew a suit"),
        _doer("electrician", "rewire a house / put in a new light switch"),
        _doer("carpenter", "make a wooden cupboard / build a wooden staircase"),
        _doer("blacksmith", "forge a horseshoe / hammer hot iron into shape"),
        _doer("bricklayer", "build a chimney / spread mortar on a half-built wall"),
        _doer("roofer", "lay slates on top of a house / stop rain from coming through the tiles"),
        _doer("potter", "shape clay into bowls / turn clay on a wheel"),
        _doer("cobbler", "mend a worn-out shoe / put new soles on boots"),
        _doer("hairdresser", "trim fringes / put curls into somebody's locks"),
        _doer("jeweller", "set a diamond in a ring / make a gold necklace"),
        _doer("locksmith", "help people who have lost their keys / cut a new door key"),
        _doer("glazier", "replace a broken window pane / fit new panes into a window"),
        _doer("mechanic", "repair a car engine / change the brakes of a car"),
        _doer("sculptor", "carve a statue from marble / make a bronze statue"),
        _doer("watchmaker", "repair a grandfather clock / put a new spring into a clock"),
        _doer("weaver", "work at a loom / turn yarn into cloth"),
        _doer("upholsterer", "put a new cover on a sofa / renew the padding of an armchair"),
    ),
    "services": (
        _doer("baker", "make fresh bread / knead dough for rolls"),
        _doer("waiter", "serve meals at tables / take orders from diners"),
        _doer("dentist", "fill a cavity in a tooth / pull out a bad tooth"),
        _doer("butcher", "cut up meat for sale / sell sausages and chops"),
        _doer("vet", "treat a sick dog / vaccinate a cat"),
        _doer("shepherd", "look after a flock in the hills / lead lambs to pasture"),
        _doer("midwife", "help a mother give birth / deliver a baby"),
        _doer("gardener", "trim the hedges / plant flower beds"),
        _doer("pharmacist", "hand out prescribed pills / prepare medicines in a shop"),
        _doer("optician", "fit a pair of glasses / test eyesight"),
        _doer("beekeeper", "collect honey from hives / take care of swarms in hives"),
        _doer("miller", "grind wheat into flour / turn grain into flour"),
        _doer("surgeon", "remove an appendix / perform an operation", "vet, dentist"),
        _doer("cashier", "take payments in a shop / work at the till"),
        _doer("brewer", "make beer from barley / turn hops and malt into ale"),
        _doer("lumberjack", "fell trees in the forest / saw down tall pines", "gardener"),
        _doer("porter", "carry guests' suitcases / take luggage up to hotel rooms"),
        _doer("babysitter", "mind a child for an evening / watch the children for a night"),
    ),
    "public": (
        _doer("pilot", "fly a plane / land an aircraft"),
        _doer("firefighter", "put out a blaze / rescue people from a burning house"),
        _doer("judge", "pass sentence in court / decide on a trial's outcome"),
        _doer("postman", "deliver letters / bring the mail to each house"),
        _doer("astronaut", "travel into space / live on a space station"),
        _doer("lifeguard", "save swimmers from drowning / watch over bathers"),
        _doer("referee", "enforce the rules of a football match / show a player a red card"),
        _doer("lawyer", "defend a client in court / speak for the accused at a trial"),
        _doer("detective", "solve a murder case / search a crime scene for clues"),
        _doer("soldier", "fight in a battle / serve in the army"),
        _doer("librarian", "lend books to readers / put returned books back on shelves"),
        _doer("teacher", "mark pupils' homework / give lessons to a class"),
        _doer("mayor", "lead a town council / govern a city"),
        _doer("jockey", "ride a horse in a race / race horses"),
        _doer("diplomat", "represent a country abroad / work in an embassy"),
        _doer("tour guide", "show visitors round a city / tell sightseers about old buildings"),
        _doer("coach", "train a sports team / prepare athletes for a match", "teacher"),
        _doer("jailer", "lock prisoners in their cells / watch over prisoners"),
    ),
    "arts": (
        _doer("novelist", "write long love stories / make up long stories for books"),
        _doer("conductor", "lead an orchestra / beat time for musicians"),
        _doer("photographer", "take wedding pictures / take portraits with a camera"),
        _doer("architect", "design buildings / draw plans for a new house"),
        _doer("composer", "write symphonies / make up new music"),
        _doer("journalist", "write news reports / interview people for a newspaper"),
        _doer("astronomer", "study the stars / watch distant planets"),
        _doer("historian", "study the past / write about wars of long ago", "novelist, journalist"),
        _doer("translator", "turn a French text into English / put books into other languages"),
        _doer("actor", "play a part on stage / perform in films"),
        _doer("botanist", "study plants / give a newly found plant its name"),
        _doer("magician", "pull a rabbit from a hat / make a coin vanish on stage"),
        _doer("geologist", "study rocks / examine layers of rock"),
        _doer("accountant", "prepare a firm's tax return / check a company's books"),
        _doer("cartographer", "draw maps / make an atlas"),
        _doer("clown", "make a circus audience laugh / wear a red nose in a circus"),
        _doer("choreographer", "plan the steps of a ballet / invent new dances"),
        _doer("cartoonist", "draw comic strips / draw funny pictures for a magazine"),
    ),
}

INSTRUMENTS: dict[str, tuple[Doer, ...]] = {
    "workshop": (
        _doer("saw", "cut planks / cut through a wooden beam", "axe"),
        _doer("hammer", "drive in nails / knock a nail into a wall"),
        _doer("spade", "dig a hole in the ground / turn over the soil", "wheelbarrow, rake"),
        _doer("drill", "make a hole in a wall / bore holes in metal", "screwdriver"),
        _doer("screwdriver", "tighten a loose hinge / fix the hinges of a door"),
        _doer("rake", "gather fallen leaves / collect leaves into a heap"),
        _doer("axe", "chop firewood / fell a tree", "saw"),
        _doer("watering can", "keep seedlings moist / give thirsty flowers a drink"),
        _doer("spanner", "loosen a bolt / turn a nut on a bolt", "screwdriver"),
        _doer("lawnmower", "cut the grass / keep the turf of a pitch short"),
        _doer("paintbrush", "give a fence a new colour / put varnish on a door"),
        _doer("sandpaper", "smooth a rough piece of wood / rub old paint off a chair"),
        _doer("wheelbarrow", "move a heap of soil / push bricks across a yard"),
        _doer("ladder", "climb onto the roof / reach a high window"),
        _doer("crowbar", "prise open a crate / force open a stuck lid", "hammer, screwdriver"),
        _doer("chisel", "carve a block of stone / carve marble", "hammer, crowbar"),
        _doer("trowel", "spread mortar / lay mortar on bricks", "spade"),
        _doer("pump", "blow up a flat tyre / put air into a football"),
        _doer("jack", "lift up a car / raise a car to change a wheel"),
        _doer("tape measure", "check the length of a room / find out how wide a shelf is"),
    ),
    "kitchen": (
        _doer("kettle", "boil water for tea / heat water for coffee"),
        _doer("broom", "sweep the floor / sweep up dust", "rake"),
        _doer("oven", "bake a cake / bake bread"),
        _doer("iron", "smooth creased shirts / press a crumpled dress"),
        _doer("corkscrew", "open a bottle of wine / get the stopper out of a wine bottle"),
        _doer("mop", "wash the kitchen floor / wipe up a puddle in the hall", "broom, sponge"),
        _doer("grater", "shred cheese / turn a carrot into fine shreds"),
        _doer("whisk", "beat egg whites / whip cream"),
        _doer("sieve", "sift flour / strain lumps out of a sauce"),
        _doer("rolling pin", "flatten dough / make pastry thin"),
        _doer("ladle", "serve soup / scoop soup into bowls"),
        _doer(
            "vacuum cleaner",
            "suck dust out of a carpet / remove crumbs from a carpet",
            "broom, mop",
        ),
        _doer("peeler", "take the skin off potatoes / strip the skin from carrots"),
        _doer("fridge", "keep milk cold / cool drinks"),
        _doer("toaster", "brown slices of bread / make slices of bread crisp", "oven"),
        _doer("sponge", "wipe the dirty plates / scrub a greasy dish"),
        _doer("frying pan", "make an omelette / brown sausages"),
        _doer("needle", "sew on a button / stitch a torn sleeve"),
    ),
    "study": (
        _doer("pen", "sign a letter / write a note"),
        _doer("thermometer", "tell how warm a room is / check for a fever"),
        _doer("telescope", "look at distant stars / see the rings of Saturn"),
        _doer("scissors", "cut paper / snip a ribbon"),
        _doer("eraser", "rub out pencil marks / remove a pencil line"),
        _doer("microscope", "look at tiny cells / examine bacteria"),
        _doer("compass", "find out where north is / keep walking due south"),
        _doer("scales", "weigh a parcel / find out how heavy a melon is"),
        _doer("stapler", "fasten sheets of paper together / pin pages together"),
        _doer("camera", "take photographs / take a picture of a view"),
        _doer("calculator", "add up long numbers / work out a square root"),
        _doer("stopwatch", "time a race / see how many seconds a runner takes"),
        _doer("microphone", "make a singer's voice heard / record a speech"),
        _doer("ruler", "draw a straight line / underline a heading neatly", "pen, tape measure"),
        _doer("projector", "show a film on a screen / throw slides onto a wall"),
        _doer("glue", "stick two pieces of card together / stick a broken cup together", "stapler"),
    ),
    "outdoors": (
        _doer("umbrella", "keep off the rain / stay dry in a shower"),
        _doer("key", "unlock the door / start an old car"),
        _doer("oar", "row a boat / move a rowing boat forward"),
        _doer("comb", "untangle hair / make a parting in hair"),
        _doer("torch", "light up a dark path / find the way in a cave"),
        _doer("razor", "shave off a beard / shave a chin"),
        _doer("fishing rod", "catch trout / land a salmon from the bank"),
        _doer("stethoscope", "listen to a heartbeat / listen to a patient's lungs"),
        _doer("anchor", "hold a ship in place / stop a boat from drifting"),
        _doer("towel", "get dry after a bath / rub wet hair dry", "sponge, mop"),
        _doer("toothbrush", "get rid of plaque / keep the gums healthy"),
        _doer("parachute", "land safely after leaping from a plane / slow a fall from the sky"),
        _doer("syringe", "inject a vaccine / give an injection"),
        _doer("match", "light a candle / set fire to dry wood", "torch"),
        _doer("alarm clock", "wake up at six / get up on time", "stopwatch"),
        _doer("tweezers", "pull out a splinter / pluck an eyebrow"),
        _doer("bandage", "dress a wound / wrap a sprained wrist"),
        _doer("crutch", "walk with a broken leg / get about with one foot in plaster"),
        _doer("bucket", "carry water from a well / fetch water from a stream", "mop, watering can"),
        _doer(
            "binoculars", "watch birds from afar / see a distant ship better", "telescope, camera"
        ),
    ),
}

EVENTS: tuple[Event, ...] = (
    Event("hired", "hired", "", "employer", "new employee"),
    Event("sold", "sold", " a boat", "seller", "buyer"),
    Event("rescued", "rescued", "", "rescuer", "person in danger"),
    Event("lent", "lent", " a tent", "lender", "borrower"),
    Event("taught", "taught", " the flute", "teacher", "learner"),
    Event("interviewed", "interviewed", "", "interviewer", "interviewee"),
    Event("sent", "sent", " a parcel", "sender", "recipient"),
    Event("chased", "chased", "", "pursuer", "person running away"),
    Event("drove", "driven", " to the station", "driver", "passenger"),
    Event("beat", "beaten", " at chess", "winner", "loser"),
    Event("invited", "invited", " to dinner", "host", "guest"),
    Event("blamed", "blamed", " for the noise", "accuser", "accused"),
    Event("told", "told", " an old legend", "storyteller", "listener"),
    Event("photographed", "photographed", "", "photographer", "person in the picture"),
    Event("rented", "rented", " a flat", "landlord", "tenant"),
    Event("succeeded", "succeeded", " as mayor", "later mayor", "earlier mayor"),
    Event("nursed", "nursed", " through a fever", "carer", "patient"),
    Event("tricked", "tricked", "", "deceiver", "victim"),
    Event("adopted", "adopted", "", "new parent", "adopted child"),
    Event("obeyed", "obeyed", "", "follower of orders", "giver of orders"),
    Event("robbed", "robbed", "", "thief", "victim of the theft"),
    Event("imitated", "imitated", "", "imitator", "person imitated"),
    Event("overtook", "overtaken", " on the last lap", "faster runner", "slower runner"),
    Event("paid", "paid", " forty coins", "payer", "receiver of the money"),
    Event("guided", "guided", " through the caves", "guide", "person shown the way"),
    Event("served", "served", " a bowl of soup", "waiter", "diner"),
    Event("visited", "visited", " in prison", "visitor", "prisoner"),
    Event("trained", "trained", " for the marathon", "coach", "athlete"),
)
