"""Mends misspelt words of editing, and no others: names, colours, quotations and real words stay as they are."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

_TARGETS = (
    "remove delete erase replace change background foreground picture image photo people person "
"please sharpen sharper brighten "
    "brighter brightness darken darker lighten lighter contrast saturation saturate desaturate "
"colour color blurry blurred blur "
    "crop rotate flip mirror straighten extend expand enlarge shrink smaller bigger larger "
"restore enhance colorize transparent "
    "watermark text logo shadow reflection white black yellow purple orange green brown shirt "
"dress jacket glasses window building "
    "behind everything except instead without between another make turn with from white "
    "undo original before after compare select highlight resolution quality noise grain scratch "
"wrinkles increase decrease "
    "reduce insert convert transform transparent sunglasses necklace bicycle car tree chair "
"table house street mountain river "
    "license plate face faces hair vintage watercolor cartoon sketch painting sunset winter "
"summer slightly little warmer cooler "
    "pixelate censor redact straight horizon vertical horizontal clockwise position left right "
"bottom middle corner upper lower "
    "bright dark blue pink red grey gray could would someone anyone thanks swap smooth upscale "
"zoom clothes sweater trousers photo "
    "could should colorful"
).split()  # fmt: skip
# Mended to only where the first letter agrees: their neighbours ("slower", "singers") are words too.
_NOUNS = (
    "flower flowers pavement umbrella balloon kitchen bedroom beautiful realistic eyebrows "
    "forehead curtain curtains cushion"
).split()
_SHORTHAND = {
    "teh": "the", "hte": "the", "adn": "and", "nad": "and", "frm": "from", "fom": "from", "form": "form",
    "wiht": "with", "whit": "with", "w/": "with", "bg": "background", "bckgrnd": "background",
    "backgrnd": "background", "pic": "picture", "pix": "picture", "bleu": "blue", "u": "you", "ur": "your",
    "cuz": "because", "rm": "remove", "bkg": "background", "bkgd": "background", "b/g": "background",
    "purpel": "purple", "yelow": "yellow", "wat": "what",
    "tshirt": "t-shirt", "tshirts": "t-shirts", "lil": "little",
    "mak": "make", "lite": "light", "wite": "white", "wnat": "want", "backgruond": "background", "sq": "square",
    "gimme": "give me", "wanna": "want to", "gonna": "going to", "abit": "a bit", "alot": "a lot",
    "shrit": "shirt", "mkae": "make", "maek": "make", "amke": "make", "ppl": "people", "sumone": "someone",
    "plese": "please", "rmv": "remove", "del": "delete", "clr": "color", "colr": "color", "gry": "gray",
    "grn": "green", "blk": "black", "wht": "white", "ot": "to", "fo": "of", "ti": "it", "taht": "that",
    "htis": "this", "thsi": "this", "form the": "from the", "dont": "don't", "doesnt": "doesn't",
    "cant": "can't", "isnt": "isn't", "shouldnt": "shouldn't", "didnt": "didn't", "wont": "won't", "im": "i'm",
    "id like": "i'd like", "thats": "that's", "lets": "let's", "theres": "there's", "whats": "what's",
    "youre": "you're",
}  # fmt: skip
_WORD = re.compile(r"(?<![\w#'@./-])[a-z][a-z'/]*(?![\w@]|\.\w|-\w)", re.IGNORECASE)


@cache
def _known() -> frozenset[str]:
    """Real words that lie close to a word of editing and must not be taken for its misspelling."""
    listed = (Path(__file__).with_name("real_words.txt")).read_text(encoding="utf-8").split()
    from agent.offline import complaints, lexicon
    from models.colour.naming import COLOUR_WORDS

    verbs = {word for verb in lexicon.all_verbs() for word in verb.split()}
    inflected = {
        form
        for verb in verbs
        for form in (
            verb + "s",
            verb + "ed",
            verb + "d",
            verb + "ing",
            verb.removesuffix("e") + "ing",
            verb + verb[-1] + "ed",
            verb + verb[-1] + "ing",
            verb + "er",
            verb + "es",
        )
    }
    colours = {word.lower() for word in COLOUR_WORDS}
    hues = {
        comparative
        for hue in "white black red green blue yellow pink gray grey brown orange purple".split()
        for comparative in (hue.removesuffix("e") + "er", hue + hue[-1] + "er", hue + "ish")
    }
    return (
        frozenset(listed)
        | verbs
        | inflected
        | colours
        | hues
        | frozenset(complaints.OPPOSITES)
        | frozenset(_TARGETS)
        | _nouns()
    )


@cache
def _nouns() -> frozenset[str]:
    """The things photographs commonly show."""
    return frozenset(Path(__file__).with_name("common_nouns.txt").read_text(encoding="utf-8").split())


def is_real_word(word: str) -> bool:
    """Whether a word (lower case) is one that needs no mending."""
    return word in _known()


def _consonants(word: str) -> str:
    return re.sub(r"[aeiouy]|(.)(?=\1)", "", word)


@cache
def _mended(word: str) -> str:
    if (
        len(word) < 4
        or word in _known()
        or (word.endswith("'s") and word[:-2] in _known())
        or (word.endswith("s") and word[:-1] in _known())
    ):
        return word
    allowed = 1 if len(word) < 7 else 2
    choices = [target for target in (*_TARGETS, *_NOUNS) if len(target) >= 4]
    best = process.extract(word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=4)
    if not best and len(word) >= 6:
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=2, limit=6)
        best = [found for found in near if found[0][0] == word[0] and _consonants(found[0]) == _consonants(word)]
    best = [
        (target, distance)
        for target, distance, _ in best
        if target[0] == word[0]
        or (distance == 1 and len(word) >= 6 and target not in _NOUNS)
        or sorted(target) == sorted(word)
    ]
    if not best:
        return word
    target, distance = min(
        best,
        key=lambda item: (
            item[1],
            sorted(item[0]) != sorted(word),
            item[0][0] != word[0],
            _consonants(item[0]) != _consonants(word),
            abs(len(item[0]) - len(word)),
        ),
    )
    if distance == 2 and (target[0] != word[0] or len(target) < 6):
        return word
    return target


# The small words of a request; only two letters exchanged can be meant for one of them ("mroe", "liek").
_SMALL = frozenset(
    "more less like look looks them their then there these those this that with from into onto over under very just "
    "some here than when what want need only also both each other after have will make take "
    "colorful colourful".split()
)


@cache
def _small_meant(word: str) -> str:
    """The small word whose letters are all there in another order, or the word itself."""
    if len(word) < 4 or word in _known() or word in _SMALL:
        return word
    return next((small for small in _SMALL if sorted(small) == sorted(word) and OSA.distance(small, word) == 1), word)


@cache
def _noun_meant(word: str, careless: bool) -> str:
    """The common thing an unknown word misspells, or the word itself.

    Two letters exchanged are always a slip. One letter wrong may be a real word nobody has listed here, so it
    counts only where the same message shows other slips.
    """
    if len(word) < 4 or word in _known() or word.removesuffix("s") in _known() or word.removesuffix("'s") in _known():
        return word
    near = process.extract(word, sorted(_nouns()), scorer=OSA.distance, score_cutoff=1 if len(word) < 7 else 2, limit=6)
    meant = [
        noun
        for noun, distance, _ in near
        if noun[0] == word[0]
        and (sorted(noun) == sorted(word) or (careless and (distance == 1 or _consonants(noun) == _consonants(word))))
    ]
    return meant[0] if len(meant) == 1 or (meant and sorted(meant[0]) == sorted(word)) else word


def mend(text: str) -> str:
    """The text with its misspelt words of editing put right; capitalised names inside a sentence are left alone."""
    slips = 0

    def thing(match: re.Match[str]) -> str:
        found = match[0]
        meant = _noun_meant(found, careless=slips > 0) if found.islower() else found
        return found if meant == found else meant

    def word(match: re.Match[str]) -> str:
        nonlocal slips
        found = match[0]
        lower = found.lower()
        inside = match.start() > 0 and not re.search(r"[.!?:\n]\s*$", text[: match.start()])
        if found[0].isupper() and inside and not text.isupper() and not found.isupper():
            return found
        if lower in _SHORTHAND:
            slips += sorted(lower) == sorted(_SHORTHAND[lower])  # "teh" is a slip, "bg" is not
            return _SHORTHAND[lower]
        fixed = _small_meant(_mended(lower))
        slips += fixed != lower
        return found if fixed == lower else fixed

    mended = _WORD.sub(word, text)
    return re.sub(r"\btoo be\b", "to be", _WORD.sub(thing, mended))
