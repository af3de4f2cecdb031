"""The words that weight-free grounding knows, and what kind of evidence each asks for."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What sort of thing a noun names, so far as that changes where to look."""

    SUBJECT = "subject"
    BACKGROUND = "background"
    EVERYTHING = "everything"
    STUFF = "stuff"
    FACE = "face"
    SKIN = "skin"
    PERSON = "person"
    GARMENT = "garment"
    PART = "part"  # a piece of something larger: never the picture's subject by itself
    THING = "thing"  # "one", "thing", "object": names nothing
    OBJECT = "object"  # a noun; what it looks like is unknown


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECT_WORDS = _words("subject product item foreground model figure main")
BACKGROUND_WORDS = _words("background backdrop surroundings surrounding rest")
EVERYTHING_WORDS = _words("everything all image picture photo whole scene")
THING_WORDS = _words("thing one object stuff piece shape blob")
REGION_WORDS = _words("part area region side half section portion patch spot bit")
FACE_WORDS = _words("face head")
SKIN_WORDS = _words("skin hand arm leg finger body")
PERSON_WORDS = _words(
    "person man woman boy girl guy lady people child kid human him her model player worker astronaut "
    "men women children kids girlfriend boyfriend wife husband son daughter mother father friend baby"
)
GARMENT_WORDS = _words(
    "clothes clothing suit shirt t-shirt tshirt jacket coat dress sweater skirt trousers pants jeans tie "
    "scarf vest hoodie uniform blouse top shorts jumper cardigan robe outfit overall overalls apron gown"
)
PART_WORDS = _words(
    "plate wheel tyre tire window door handle logo label letter text word number sign eye eyes nose mouth ear "
    "tail wing roof hood bumper headlight light lamp lampshade button pocket collar sleeve strap lid cap sole "
    "heel stem leaf petal beak paw hull sail mast pattern stripe dot caption watermark smudge stain scratch "
    "shadow reflection glare highlight hair beard lip lips tooth teeth glasses sunglasses ring watch necklace "
    "crown hat helmet shoe shoes sock glove bag belt cone barcode price tag badge flag"
)
# Things that are usually painted in more than one colour: the coloured part is only where they begin.
MANY_COLOURED = _words(
    "car van bus truck lorry minivan taxi tram train plane airplane aeroplane jet helicopter boat ship yacht "
    "speedboat sailboat ferry canoe motorbike motorcycle bike bicycle scooter tractor forklift ambulance "
    "dog cat horse cow sheep goat bird duck swan parrot fish bear lion tiger fox rabbit monkey pig elephant "
    "butterfly beetle ladybug frog snake lizard person man woman boy girl child player house building toy doll"
)
# Nouns that name a surface: it may run along the picture's border, as no object does for long.
SURFACE_WORDS = _words(
    "table tablecloth counter desk wall fence curtain curtains carpet rug floor ceiling bed sheet blanket sofa "
    "couch paper cloth roof building hill mountain building house bridge tree platform"
)
# Nouns that name something round.
ROUND_WORDS = _words("ball moon sun orange apple tomato coin marble globe circle dot bead grape pea")
# Nouns that rarely are the one thing a picture is about.
SIDE_WORDS = _words(
    "spoon fork knife napkin lid ball bench cone trash can bin fence pole wire cable bag cup rock stone branch"
)
# The colour a bare noun nearly always has; used as evidence when the phrase names none.
TYPICAL_COLOUR = {
    "tennis ball": "green",
    "banana": "yellow",
    "lemon": "yellow",
    "sunflower": "yellow",
    "sun": "yellow",
    "tomato": "red",
    "strawberry": "red",
    "cherry": "red",
    "carrot": "orange",
    "pumpkin": "orange",
    "tangerine": "orange",
    "cucumber": "green",
    "broccoli": "green",
    "lettuce": "green",
    "lime": "green",
    "swan": "white",
    "snowman": "white",
    "crow": "black",
    "raven": "black",
    "flamingo": "pink",
    "coffee": "brown",
    "chocolate": "brown",
    "basketball": "orange",
}
# Plurals that no rule gives.
IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "teeth": "tooth",
    "leaves": "leaf",
    "geese": "goose",
    "mice": "mouse",
    "sheep": "sheep",
    "loaves": "loaf",
    "knives": "knife",
    "wolves": "wolf",
    "scarves": "scarf",
}
# Words that end in s and are one thing, or a pair that is spoken of as one.
NOT_PLURAL = _words(
    "grass glass bus dress canvas glasses sunglasses trousers pants jeans shorts overalls clothes gas lens "
    "cactus compass mattress chess octopus iris tennis axis its his this headphones scissors"
)

SIDES = {
    "left": (-1, 0),
    "right": (1, 0),
    "top": (0, -1),
    "upper": (0, -1),
    "bottom": (0, 1),
    "lower": (0, 1),
    "leftmost": (-1, 0),
    "rightmost": (1, 0),
    "topmost": (0, -1),
    "left-hand": (-1, 0),
    "right-hand": (1, 0),
    "foreground": (0, 1),
    "front": (0, 1),
    "back": (0, -1),
}
MIDDLE_WORDS = _words("center centre middle central")
BIG_WORDS = _words("big bigger biggest large larger largest huge giant tall taller tallest main long longest")
SMALL_WORDS = _words("small smaller smallest little tiny short shorter shortest")
DARK_WORDS = _words("dark darker darkest deep shadowy")
LIGHT_WORDS = _words("light lighter lightest bright brighter brightest pale pastel")
ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "last": -1,
}
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "both": 2}
ALL_WORDS = _words("all every each both any")
ARTICLES = _words(
    "the a an my our your his its their this that these those of is are some very same whole entire just only"
)
EXCEPT_WORDS = _words("except without excluding minus besides")
# Longest first: "next to" before "to".
RELATIONS = (
    "to the left of",
    "to the right of",
    "left of",
    "right of",
    "in front of",
    "on top of",
    "next to",
    "close to",
    "behind",
    "beside",
    "near",
    "under",
    "below",
    "above",
    "over",
    "inside",
    "on",
    "in",
    "at",
    "by",
    "with",
    "of",
    "from",
    "wearing",
    "holding",
)
