"""A noun phrase ("the second red car from the left") as a typed value. Knows words, not pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.segmentation.colour_terms import term_of
from models.segmentation.phrases import vocabulary as words
from models.segmentation.phrases.vocabulary import Kind
from models.segmentation.stuff import STUFF

Direction = tuple[int, int]

_GLUE = frozenset("corner edge in on at to from and".split())


@dataclass(frozen=True)
class Relation:
    """How the thing stands to another: "on" + "the table"."""

    how: str
    other: Phrase


@dataclass(frozen=True)
class Phrase:
    """What a noun phrase says about the thing it names.

    `noun` is singular and lower case, None when only attributes are given; `modifiers` are the unknown words
    before it ("tennis" of "tennis ball"). `sides` are (dx, dy) with x right
    and y down; (0, 0) is the middle. `ordinal` counts from 1, -1 is the last, along `ordinal_from`: the side
    that counting starts at. `size` is 1 for big, -1 for small; `tone` 1 for light, -1 for dark.
    """

    text: str
    kind: Kind
    noun: str | None = None
    modifiers: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    tone: int = 0
    sides: tuple[Direction, ...] = ()
    ordinal: int | None = None
    ordinal_from: Direction = (-1, 0)
    size: int = 0
    plural: bool = False
    count: int | None = None
    is_region: bool = False
    relation: Relation | None = None
    excepted: Phrase | None = None

    @property
    def decides(self) -> bool:
        """Whether place, order or size tell alike things apart."""
        return bool(self.sides or self.ordinal or self.size)

    @property
    def named(self) -> str:
        """How to call the thing when speaking of it: "the dog", "the red car"."""
        return "the " + " ".join([*self.colours, self.compound or "thing"])

    @property
    def compound(self) -> str:
        """The noun with the words that belong to it: "tennis ball"; empty when there is none."""
        return " ".join([*self.modifiers, self.noun]) if self.noun else ""


def parse(text: str) -> Phrase:
    """Read an English noun phrase. Never fails: unknown words are nouns whose look is unknown."""
    plain = re.sub(r"[^\w\s'-]", " ", text.lower()).replace("_", " ")
    plain = re.sub(r"\s+", " ", plain).strip()
    body, excepted = _split_exception(plain)
    body, relation = _split_relation(body)
    body, owner = _split_owner(body)
    relation = owner or relation
    phrase = _attributes(body, text.strip())
    if relation is not None:
        phrase = _related(phrase, *relation)
    if excepted:
        phrase = replace(phrase, excepted=parse(excepted))
    return phrase


def _split_exception(text: str) -> tuple[str, str]:
    pattern = r"\b(?:all but|(?:everything|anything) but|other than|apart from|but not|except(?: for)?|without|" + (
        r"excluding|minus|besides|but)\b"
    )
    parts = re.split(pattern, text, maxsplit=1)
    if len(parts) == 1:
        return text, ""
    return parts[0].strip() or "everything", parts[1].strip()


def _split_owner(text: str) -> tuple[str, tuple[str, str] | None]:
    """ "the man's shirt" → "shirt" that is "of" "the man"; "his shirt" stays."""
    owned = re.match(r"^(.+?)(?:'s|(?<=s)')\s+(.+)$", text)
    return (owned[2], ("of", owned[1])) if owned else (text, None)


def _split_relation(text: str) -> tuple[str, tuple[str, str] | None]:
    """The phrase before its first relation to a thing, and that relation; places stay in the phrase."""
    pattern = r"\b(" + "|".join(words.RELATIONS) + r")\b"
    for match in re.finditer(pattern, text):
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        if not before or not after:
            continue
        if match[1] == "from" and not re.search(r"\b(left|right|top|bottom)\b", after):
            return before, ("from", after)
        if match[1] != "from" and not _is_place(after):
            return before, (match[1], after)
    return text, None


def _is_place(text: str) -> bool:
    """Whether what follows a preposition is a place in the picture ("the top left corner"), not a thing."""
    known = words.SIDES.keys() | words.MIDDLE_WORDS | words.ARTICLES | words.REGION_WORDS
    known |= {"corner", "hand", "image", "picture", "photo", "edge", "far", "very", "in", "on", "at", "to", "and"}
    return all(word in known for word in text.split())


def _related(phrase: Phrase, how: str, other: str) -> Phrase:
    thing = parse(other)
    if how in {"in", "wearing"} and thing.noun is None and thing.colours:  # "the man in red"
        return replace(phrase, colours=thing.colours)
    return replace(phrase, relation=Relation(how, thing))


def _attributes(body: str, text: str) -> Phrase:
    tokens = body.replace("right-hand", "right").replace("left-hand", "left").split()
    nouns: list[str] = []
    colours: list[str] = []
    sides: list[Direction] = []
    fields: dict = {}
    every = False
    for index, token in enumerate(tokens):
        colour = term_of(token)
        last = index == len(tokens) - 1
        if colour and not (last and colours and token in {"orange", "rose", "lime", "lemon", "peach"}):
            colours.append(colour)
        elif token in words.SIDES and not (token in {"top", "foreground"} and last and not sides):
            sides.append(words.SIDES[token])
        elif token in words.MIDDLE_WORDS:
            sides.append((0, 0))
        elif token in words.ORDINALS:
            fields["ordinal"] = words.ORDINALS[token]
        elif token in words.BIG_WORDS and token != "main":
            fields["size"] = 1
        elif token in words.SMALL_WORDS:
            fields["size"] = -1
        elif token in words.DARK_WORDS:
            fields["tone"] = -1
        elif token in words.LIGHT_WORDS and not last:
            fields["tone"] = 1
        elif token in words.NUMBERS:
            fields["count"] = words.NUMBERS[token]
            every = True
        elif token in words.REGION_WORDS:
            fields["is_region"] = True
        elif token in words.ALL_WORDS and not last:
            every = True
        elif token not in words.ARTICLES and token not in _GLUE:
            nouns.append(token)
    noun, plural = _singular(nouns[-1]) if nouns and nouns[-1] not in STUFF else (None, False)
    if nouns and nouns[-1] in STUFF:
        noun = nouns[-1]
    if fields.get("ordinal") is not None and "from" in tokens and sides:
        fields["ordinal_from"] = sides.pop()
    elif fields.get("ordinal") is not None and sides:
        fields["ordinal_from"] = sides.pop(0)
    return Phrase(
        text,
        _kind(noun, nouns, bool(fields.get("is_region"))),
        noun,
        tuple(nouns[:-1]),
        tuple(dict.fromkeys(colours)),
        sides=tuple(dict.fromkeys(sides)),
        plural=plural or every,
        **fields,
    )


def _singular(word: str) -> tuple[str, bool]:
    """The singular of a noun, and whether it was a plural."""
    if word in words.IRREGULAR:
        return words.IRREGULAR[word], True
    if word in words.NOT_PLURAL or len(word) < 4 or not word.endswith("s") or word.endswith("ss"):
        return word, False
    if word.endswith("ies"):
        return word[:-3] + "y", True
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2], True
    return word[:-1], True


_KINDS = (
    (words.BACKGROUND_WORDS, Kind.BACKGROUND),
    (words.SUBJECT_WORDS, Kind.SUBJECT),
    (words.EVERYTHING_WORDS, Kind.EVERYTHING),
    (words.FACE_WORDS, Kind.FACE),
    (words.SKIN_WORDS, Kind.SKIN),
    (words.PERSON_WORDS, Kind.PERSON),
    (words.GARMENT_WORDS, Kind.GARMENT),
    (words.PART_WORDS, Kind.PART),
    (words.THING_WORDS, Kind.THING),
)


def _kind(noun: str | None, nouns: list[str], is_region: bool) -> Kind:
    if noun is None:
        return Kind.PART if is_region else Kind.THING
    if noun in STUFF:
        return Kind.STUFF
    for known, kind in _KINDS:
        if noun in known:
            # "the main object", "the foreground object" name the subject
            return Kind.SUBJECT if kind is Kind.THING and set(nouns) & words.SUBJECT_WORDS else kind
    return Kind.OBJECT
