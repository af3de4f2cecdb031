import pytest

from models.segmentation.phrases.parse import parse
from models.segmentation.phrases.vocabulary import Kind


@pytest.mark.parametrize(
    ("text", "kind", "noun", "colours"),
    [
        ("the orange suit", Kind.GARMENT, "suit", ("orange",)),
        ("a navy blue car", Kind.OBJECT, "car", ("blue",)),
        ("the big yellow one", Kind.THING, "one", ("yellow",)),
        ("sky", Kind.STUFF, "sky", ()),
        ("the background", Kind.BACKGROUND, "background", ()),
        ("the product", Kind.SUBJECT, "product", ()),
        ("the main object", Kind.SUBJECT, "object", ()),
        ("her face", Kind.FACE, "face", ()),
        ("the license plate", Kind.PART, "plate", ()),
        ("the red and blue balloon", Kind.OBJECT, "balloon", ("red", "blue")),
        ("", Kind.THING, None, ()),
        ("the ... ?!", Kind.THING, None, ()),
    ],
)
def test_noun_kind_and_colours(text, kind, noun, colours):
    phrase = parse(text)
    assert (phrase.kind, phrase.noun, phrase.colours) == (kind, noun, colours)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("the red car on the left", ((-1, 0),)),
        ("the dark part at the bottom", ((0, 1),)),
        ("sign in the top right corner", ((0, -1), (1, 0))),
        ("the person in the middle", ((0, 0),)),
        ("the leftmost boat", ((-1, 0),)),
        ("the boat", ()),
    ],
)
def test_sides(text, sides):
    assert parse(text).sides == sides


def test_ordinals_count_from_the_side_that_is_named():
    second = parse("the second from the right")
    assert (second.ordinal, second.ordinal_from, second.sides) == (2, (1, 0), ())
    assert parse("third dog from the left").ordinal_from == (-1, 0)
    assert parse("the last bottle").ordinal == -1


@pytest.mark.parametrize(
    ("text", "plural", "count"),
    [
        ("all the red apples", True, None),
        ("the two dogs", True, 2),
        ("people", True, None),
        ("the glass", False, None),
        ("the bus", False, None),
        ("his glasses", False, None),
    ],
)
def test_number(text, plural, count):
    phrase = parse(text)
    assert (phrase.plural, phrase.count) == (plural, count)


def test_size_and_tone():
    assert parse("the biggest balloon").size == 1
    assert parse("the little dog").size == -1
    assert parse("the dark part").tone == -1
    assert parse("the light blue wall").tone == 1


@pytest.mark.parametrize(
    "text", ["everything but the red ball", "everything except the red ball", "all but the red ball"]
)
def test_exceptions(text):
    phrase = parse(text)
    assert phrase.excepted is not None
    assert (phrase.kind, phrase.excepted.noun, phrase.excepted.colours) == (Kind.EVERYTHING, "ball", ("red",))


@pytest.mark.parametrize(
    ("text", "noun", "how", "other"),
    [
        ("the man's shirt", "shirt", "of", "man"),
        ("cars on the road", "car", "on", "road"),
        ("the dog next to the red car", "dog", "next to", "car"),
        ("the cup in the man's hand", "cup", "in", "hand"),
    ],
)
def test_relations(text, noun, how, other):
    phrase = parse(text)
    assert phrase.relation is not None
    assert (phrase.noun, phrase.relation.how, phrase.relation.other.noun) == (noun, how, other)


def test_a_colour_that_somebody_wears():
    phrase = parse("the man in red")
    assert (phrase.noun, phrase.colours, phrase.relation) == ("man", ("red",), None)


def test_named_says_the_whole_noun():
    assert parse("the big red tennis ball on the left").named == "the red tennis ball"
