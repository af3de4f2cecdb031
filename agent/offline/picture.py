"""What the assistant has told about the picture, and whether it can have what a request names."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline.history import Conversation

_DESCRIPTION = re.compile(
    r"^(?:image|photo|picture) (?:loaded|opened|uploaded|received|shows?)\s*[:,.]?\s*(?P<a>.+)|"
    r"(?:^|[.!] )(?:i (?:can )?see|the (?:image|photo|picture) (?:shows|has|contains)|this is|"
    r"it shows|loaded:?|opened:?)[: ]+(?P<b>[^?]+?)(?:\.|$)",
    re.I,
)
# Kinds of whole things, each with the words that may stand for one another.
_KINDS = [
    set(group.split())
    for group in (
        "person people man woman boy girl child kid lady guy men women baby bride groom couple "
        "cyclist pedestrian player family tourist crowd worker chef surfer skier rider driver runner "
        "grandmother grandfather student teacher bartender waiter someone him her bystander dancer "
        "singer musician farmer fisherman toddler teenager passerby climber jogger hiker vendor "
        "skateboarder swimmer selfie",
        "car vehicle van taxi suv sedan truck jeep convertible pickup minivan traffic limousine ambulance",
        "truck lorry vehicle pickup van",
        "bus vehicle coach traffic",
        "bicycle bike cyclist vehicle",
        "motorcycle bike scooter moped motorbike vehicle",
        "train tram subway locomotive",
        "plane airplane aircraft jet helicopter",
        "boat ship yacht sailboat canoe kayak ferry",
        "dog puppy animal pet terrier labrador poodle hound corgi husky retriever bulldog pug",
        "cat kitten animal pet kitty tabby",
        "horse pony animal foal mare",
        "cow bull cattle calf animal herd",
        "sheep lamb goat animal flock herd",
        "bird parrot pigeon gull seagull eagle owl duck swan goose chicken hen flamingo crow sparrow animal robin",
        "elephant animal",
        "giraffe animal",
        "zebra animal",
        "lion tiger leopard cheetah animal",
        "bear panda animal",
        "monkey gorilla ape animal",
        "fish shark whale dolphin animal",
        "snake lizard turtle frog animal reptile",
        "unicorn",
        "dinosaur",
        "dragon",
        "rabbit bunny hare animal",
        "deer elk moose animal",
        "fox wolf animal",
        "pig boar animal",
        "penguin bird animal",
        "camel animal",
        "kangaroo animal",
        "squirrel animal",
        "crocodile alligator animal",
        "butterfly bee insect spider",
        "tree palm oak pine forest woods trees jungle park garden orchard",
        "table desk",
        "chair chairs stool armchair seat deckchair",
        "sofa couch",
        "bed",
        "lamp",
        "piano",
        "guitar",
        "laptop computer",
        "television tv",
        "phone smartphone",
        "umbrella parasol",
        "bench",
        "balloon",
        "kite",
        "fence",
        "bridge",
        "statue sculpture",
        "fountain",
        "tent",
        "tower building skyscraper church castle",
        "pizza food",
        "cake dessert food",
        "burger hamburger sandwich food",
        "apple fruit",
        "banana fruit",
        "orange fruit",
        "bottle",
        "vase",
        "clock",
        "refrigerator fridge",
        "oven stove",
        "book",
        "surfboard",
        "skateboard",
        "rocket spaceship",
        "robot",
        "snowman",
        "lighthouse",
        "windmill",
        "tractor",
        "crane",
        "castle",
        "pool",
        "candle",
        "mannequin",
        "rug carpet",
    )
]
_GENERIC = {"animal", "vehicle", "food", "traffic", "pet", "selfie"}
_NUMBER = (
    r"(?:two|three|four|five|six|seven|eight|several|many|some|a few|a couple of|a group of|"
    r"a crowd of|both|multiple|\d+)"
)
_PARTS = re.compile(r"\b(?:'s|of|reflection|shadow|in the (?:mirror|painting|poster|picture frame))\b|'s\s", re.I)
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def description(past: Conversation) -> str | None:
    """What the assistant said the picture shows; None when it said nothing of the kind."""
    for told in past.told:
        if match := _DESCRIPTION.search(told):
            return match["a"] or match["b"]
    return None


def doubt(target: str, told: str) -> str | None:
    """ "absent" when the description rules the target out, "several" when it leaves open which, otherwise None."""
    if _PARTS.search(target):
        return None
    noun = p.singular(p.head(target))
    words = [p.singular(word) for word in re.findall(r"[\w-]+", told.lower())]
    if not noun:
        return None
    kinds = [kind for kind in _KINDS if noun in kind and noun not in _GENERIC]
    if kinds and noun not in words:
        close = {word for kind in kinds for word in kind}
        if not close & set(words):
            return "absent"
    if (
        kinds
        and noun in words
        and (
            colour := re.match(
                r"(?P<c>red|blue|green|white|black|yellow|brown|orange|purple|pink|gr[ae]y)\b", target, re.I
            )
        )
    ):
        of_kind = re.findall(rf"([\w-]+) {re.escape(noun)}s?\b", told.lower())
        stated = [
            word
            for word in of_kind
            if re.fullmatch(r"red|blue|green|white|black|yellow|brown|orange|purple|pink|gr[ae]y", word)
        ]
        if stated and colour["c"].lower() not in stated and len(stated) == len(of_kind):
            return "absent"
    for word, count in _ORDINALS.items():
        if re.match(rf"{word}\b", target, re.I) and (
            match := re.search(rf"\b(a|an|one|two|three|four) (?:[\w-]+ ){{0,2}}{re.escape(noun)}", told, re.I)
        ):
            return "absent" if _COUNTS[match[1].lower()] < count else None
    if not p.is_plural(target) and len(p.bare(target).split()) == 1:
        synonyms = (
            {noun}
            | ({"man"} if noun in ("guy",) else set())
            | ({"woman"} if noun == "lady" else set())
            | ({"child"} if noun == "kid" else set())
            | ({"car"} if noun == "vehicle" else set())
        )
        for match in re.finditer(rf"\b{_NUMBER} (?P<named>(?:[\w-]+\s?){{1,3}})", told, re.I):
            named = re.split(r"\b(?:and|on|in|at|with|of|by|near|next)\b", match["named"].lower())[0].split()
            if any(p.singular(word) in synonyms and word != p.singular(word) for word in named):
                return "several"
        qualified = re.findall(rf"\b(?:a|an|the|one) ([\w-]+ )?(?:{'|'.join(map(re.escape, synonyms))})\b", told, re.I)
        if len(qualified) >= 2:
            return "several"
    return None
