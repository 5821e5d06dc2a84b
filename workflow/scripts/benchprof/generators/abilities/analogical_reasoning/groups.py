"""Groups of people, written by us: who leads them, what persons do to each other and share."""

from __future__ import annotations

from dataclasses import dataclass

from benchprof.generators.templates.shares import CALIBRATION, TEST, TRAIN


@dataclass(frozen=True)
class System:
    """A group of people with a leader, members, a place and what they bring about together."""

    name: str
    leader: str
    members: str
    place: str
    result: str


SYSTEMS: tuple[System, ...] = (
    System("school", "headteacher", "pupils", "classroom", "lesson"),
    System("ship", "captain", "sailors", "deck", "voyage"),
    System("army", "general", "soldiers", "barracks", "battle"),
    System("orchestra", "conductor", "musicians", "concert hall", "concert"),
    System("football club", "coach", "players", "stadium", "match"),
    System("news agency", "editor", "reporters", "newsroom", "news story"),
    System("monastery", "abbot", "monks", "chapel", "prayer"),
    System("restaurant", "head chef", "cooks", "kitchen", "meal"),
    System("film crew", "film director", "actors", "studio", "film"),
    System("law court", "judge", "jurors", "courtroom", "trial"),
    System("factory", "works manager", "factory hands", "assembly line", "product"),
    System("beehive", "queen bee", "worker bees", "honeycomb", "honey"),
    System("circus", "ringmaster", "acrobats", "ring", "show"),
    System("university", "professor", "students", "lecture hall", "lecture"),
    System("parliament", "speaker", "senators", "debating chamber", "new law"),
    System("hospital", "chief surgeon", "nurses", "operating room", "operation"),
    System("choir", "choirmaster", "singers", "rehearsal room", "song"),
    System("farm", "farmer", "farmhands", "field", "harvest"),
    System("fire brigade", "fire chief", "firefighters", "fire station", "ladder rescue"),
    System("airline crew", "pilot", "flight attendants", "cabin", "flight"),
    System("police force", "commissioner", "constables", "police station", "arrest"),
    System("climbing party", "head guide", "climbers", "base camp", "ascent"),
    System("laboratory", "chief scientist", "research assistants", "test room", "experiment"),
    System("ballet company", "choreographer", "dancers", "dance studio", "dance evening"),
    System("scout troop", "scoutmaster", "scouts", "campsite", "hike"),
    System("bakery", "master baker", "bakers", "bakehouse", "bread"),
    System("space crew", "mission commander", "astronauts", "capsule", "moon landing"),
    System("kingdom", "king", "courtiers", "throne room", "decree"),
    System("gang of thieves", "ringleader", "burglars", "hideout", "burglary"),
    System("rock band", "bandleader", "guitarists", "recording studio", "album"),
    System("building firm", "master builder", "bricklayers", "building site", "house"),
    System("parish", "priest", "worshippers", "church", "baptism"),
)

# Things that have no counterpart in a group of people; they stand in the twins.
STRANGERS: dict[str, tuple[str, ...]] = {
    TRAIN: ("rainbow", "pebble", "moon", "umbrella", "cactus", "sneeze", "spoon", "fog"),
    CALIBRATION: ("thunderstorm", "turnip", "button", "volcano", "shoelace", "puddle"),
    TEST: ("snowflake", "pillow", "comet", "cucumber", "doorknob", "seashell"),
}

# What one person does to another, so that the two have different parts in it.
DEEDS: dict[str, tuple[str, ...]] = {
    TRAIN: (
        "pays", "teaches", "visits", "drives", "praises", "helps", "feeds", "warns", "trusts",
        "sketches", "hires", "greets",
    ),
    CALIBRATION: (
        "phones", "coaches", "admires", "scolds", "invites", "interviews", "copies", "rescues",
    ),
    TEST: (
        "thanks", "guides", "teases", "follows", "protects", "photographs", "obeys", "comforts",
    ),
}  # fmt: skip

# What two people share, so that neither has a part of his or her own; it stands in the twins.
BONDS: dict[str, tuple[str, ...]] = {
    TRAIN: ("sits next to", "lives near", "is as old as", "looks like", "shares a name with"),
    CALIBRATION: ("works beside", "is a cousin of", "is as tall as", "has lunch with"),
    TEST: ("stands opposite", "is a neighbour of", "shares an office with", "went to school with"),
}
