"""Names of common things, which a noun has to stand out from before something is called by it.

A softmax over the masks of a picture always has a winner. Here each mask is asked instead which of many names fits it:
the noun that was said, or one of these. The words are everyday things and surfaces, from our own heads; they are not
a list of what can be found.
"""

from __future__ import annotations

from models.segmentation.phrases.parse import Phrase

# Short, and used for every name alike: what a template itself adds cancels out.
TEMPLATES = ("a photo of a {}.", "a close-up photo of the {}.")
# What a mask shows when it shows nothing that has a name.
NOTHING = ("background", "blurry nothing", "plain surface", "texture", "shadow", "fragment of something")

NAMES = tuple(
    """
    person man woman child baby face hand hair hat shirt jacket dress trousers shoe bag backpack umbrella glasses tie
    dog cat horse cow sheep bird duck fish bear elephant giraffe zebra lion monkey rabbit butterfly insect
    car truck bus train airplane boat bicycle motorcycle wheel window door
    chair sofa table bed lamp mirror shelf curtain carpet pillow
    cup bottle glass bowl plate spoon fork knife pan book phone laptop screen keyboard clock vase candle toy ball box
    apple banana orange lemon tomato carrot bread cake pizza egg cheese meat
    flower leaf tree bush grass sky cloud water sand rock mountain road wall floor ceiling roof building house fence
    sign letter number flag picture wood fabric metal paper snow fire
    circle square triangle star
    """.split()
)

# Each name of a row says the same.
_SAME = tuple(
    frozenset(row.split(","))
    for row in """
    cup,mug,coffee cup,teacup,beaker
    sofa,couch,settee
    screen,tv,television,monitor,display
    bicycle,bike
    motorcycle,motorbike,scooter,moped
    airplane,plane,aeroplane,jet,aircraft
    phone,smartphone,mobile,telephone
    laptop,notebook,computer
    boat,ship,yacht,sailboat,canoe
    truck,lorry,pickup,van
    car,taxi,cab,automobile
    carpet,rug,mat
    trousers,pants,jeans,shorts
    jacket,coat,blazer,suit
    shirt,t-shirt,blouse,sweater,top,jumper
    shoe,boot,sneaker,sandal
    hat,cap,helmet
    bag,handbag,purse,suitcase
    glasses,sunglasses,spectacles,goggles
    rock,stone,boulder,pebble
    mountain,hill
    road,street,path,pavement,sidewalk
    water,sea,lake,river,ocean,pond,pool
    building,house,tower,church,castle,skyscraper,home
    tree,bush,shrub,plant,palm
    picture,painting,poster,photo,frame
    sign,board,billboard,logo
    letter,text,word,writing
    bird,duck,swan,goose,parrot,pigeon,gull,owl,eagle,hen,chicken
    insect,butterfly,bee,fly,beetle,ladybird
    child,kid,boy,girl,toddler,baby
    cloth,fabric,towel,blanket,napkin,tablecloth
    pillow,cushion
    glass,wine glass
    table,desk,counter
    lamp,light,lantern,lampshade
    circle,disc,disk
    man,guy,gentleman,him,he
    woman,lady,her,she
    person,human,player,worker,pedestrian,tourist,passenger,figure,me
    """.strip().splitlines()
    for row in [row.strip()]
)

# A name and what it takes in: "the animal" is said of a dog.
_KINDS = {
    "person": "man woman child baby boy girl",
    "animal": "dog cat horse cow sheep bird duck fish bear elephant giraffe zebra lion monkey rabbit butterfly insect",
    "pet": "dog cat rabbit bird",
    "vehicle": "car truck bus train airplane boat bicycle motorcycle",
    "furniture": "chair sofa table bed shelf lamp",
    "fruit": "apple banana orange lemon tomato",
    "food": "apple banana orange lemon tomato carrot bread cake pizza egg cheese meat",
    "vegetable": "carrot tomato",
    "clothes": "shirt jacket dress trousers shoe hat tie",
    "clothing": "shirt jacket dress trousers shoe hat tie",
    "garment": "shirt jacket dress trousers hat tie",
    "cutlery": "spoon fork knife",
    "dish": "plate bowl cup",
    "plant": "flower leaf tree bush grass",
    "shape": "circle square triangle star",
    "adult": "man woman",
    "drink": "cup bottle glass",
    "toy": "ball",
    "device": "phone laptop screen keyboard clock",
}

# A whole and pieces of it that are often most of what is seen of it. They do not speak against the whole; which of
# the two is meant is decided by what contains what (`wholes.py`).
_PIECES = {
    "person": "face hand hair hat shirt jacket dress trousers shoe glasses tie",
    "car": "wheel window door",
    "truck": "wheel window door",
    "bus": "wheel window door",
    "bicycle": "wheel",
    "motorcycle": "wheel",
    "house": "window door roof wall",
    "building": "window door roof wall",
    "tree": "leaf",
    "flower": "leaf",
    "book": "paper letter",
    "sign": "letter number",
    "laptop": "screen keyboard",
    "bed": "pillow",
}


def meanings(phrase: Phrase) -> tuple[str, ...]:
    """The names that the phrase's noun is known by: itself, and for a kind ("animal") what it takes in."""
    own = phrase.compound
    pronouns = {"him": ("man", "boy"), "her": ("woman", "girl"), "me": ("person",)}
    return pronouns.get(own) or (own, *_KINDS.get(own, "").split())


def rivals(phrase: Phrase) -> tuple[str, ...]:
    """The names that speak against the phrase.

    Not those that mean the same, take it in or are taken in by it, nor those of its pieces.
    """
    own, head = phrase.compound, phrase.noun or ""
    same = {own, head}.union(*(row for row in _SAME if row & {own, head}))
    over = {kind for kind, members in _KINDS.items() if same & set(members.split())}
    under = {member for kind in same for member in _KINDS.get(kind, "").split()}
    under |= {name for row in _SAME if row & under for name in row}
    wholes = same | over
    pieces = {piece for whole in wholes for piece in _PIECES.get(whole, "").split()}
    kin = same | over | under | pieces
    return tuple(name for name in NAMES if name not in kin and name not in own.split()) + NOTHING


def everything_named() -> tuple[str, ...]:
    """All names that can be rivals."""
    return NAMES + NOTHING
