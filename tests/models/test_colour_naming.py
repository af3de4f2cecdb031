import pytest

from models.colour.lexicon import names, ral
from models.colour.naming import (
    COLOUR_WORDS,
    ColourShift,
    find_colours,
    is_colour,
    nearest_name,
    parse_colour,
)
from models.errors import BadInputError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("navy", "#000080"),
        ("Navy Blue", "#000080"),
        ("dark olive green", "#556B2F"),
        ("DarkOliveGreen", "#556B2F"),
        ("slate gray", "#708090"),
        ("off-white", "#F8F5EC"),
        ("rose gold", "#B76E79"),
        ("#1F3A93", "#1F3A93"),
        ("1f3a93", "#1F3A93"),
        ("#abc", "#AABBCC"),
        ("rgb(10, 20, 30)", "#0A141E"),
        ("rgba(10 20 30 / 0.5)", "#0A141E"),
        ("hsl(210, 50%, 40%)", "#336699"),
        ("RAL 5002", "#2B2C7C"),
        ("ral5002 ultramarine", "#2B2C7C"),
    ],
)
def test_reads_a_colour(text: str, code: str):
    wish = parse_colour(text)
    assert wish.hex == code
    assert not wish.is_relative


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("verde esmeralda", "emerald green"),
        ("azul marino", "navy"),
        ("rojas", "red"),
        ("dunkelblau", "dark blue"),
        ("grünes", "green"),
        ("rouge vif", "bright red"),
        ("bleu foncé", "dark blue"),
        ("blanc cassé", "off white"),
        ("深蓝色", "dark blue"),
        ("红色", "red"),
        ("लाल", "red"),
        ("गहरा नीला", "dark blue"),
    ],
)
def test_reads_other_languages_as_english(text: str, english: str):
    assert parse_colour(text).hex == parse_colour(english).hex


@pytest.mark.parametrize("base", ["teal", "crimson", "mustard", "periwinkle"])
def test_manners_move_a_colour_the_way_they_say(base: str):
    def lightness(text: str) -> float:
        return sum(parse_colour(text).target)

    assert lightness(f"very dark {base}") < lightness(f"dark {base}") < lightness(base) < lightness(f"pale {base}")

    def spread(text: str) -> float:
        rgb = parse_colour(text).target
        return max(rgb) - min(rgb)

    assert spread(f"muted {base}") < spread(base)


@pytest.mark.parametrize(
    ("text", "lightness", "chroma"),
    [
        ("darker", -1, 0),
        ("a bit lighter", 1, 0),
        ("more muted", 0, -1),
        ("less vivid", 0, -1),
        ("more saturated", 0, 1),
        ("too dark", 1, 0),
        ("etwas heller", 1, 0),
        ("un poco más oscuro", -1, 0),
        ("plus clair", 1, 0),
        ("再深一点", -1, 0),
        ("थोड़ा हल्का", 1, 0),
    ],
)
def test_reads_a_relative_wish(text: str, lightness: int, chroma: int):
    wish = parse_colour(text)
    assert wish.is_relative
    assert wish.shift is not None

    def sign(x: float) -> int:
        return (x > 1e-9) - (x < -1e-9)

    assert (sign(wish.shift.lightness), sign(wish.shift.chroma)) == (lightness, chroma)


def test_a_bit_is_less_and_much_is_more():
    def step(text: str) -> float:
        shift = parse_colour(text).shift
        assert shift is not None
        return -shift.lightness

    assert 0 < step("a bit darker") < step("darker") < step("much darker")


def test_warmer_goes_to_orange_and_cooler_back():
    warm, cool = parse_colour("warmer").shift, parse_colour("cooler").shift
    assert warm is not None
    assert cool is not None
    assert warm.tint[1] > 0 > cool.tint[1]


def test_darker_navy_keeps_both_parts():
    wish = parse_colour("navy but a bit darker")
    assert wish.rgb == parse_colour("navy").rgb
    assert sum(wish.target) < sum(wish.rgb or ())
    with pytest.raises(ValueError, match="relative"):
        _ = parse_colour("darker").target


def test_shifts_add_up():
    both = ColourShift(0.1, 0.5) + ColourShift(-0.1, 1.0, 10.0, (0.0, 0.1))
    assert both == ColourShift(0.0, 2.0, 10.0, (0.0, 0.1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("blurple", "did you mean purple or blue?"),
        ("nvay", "did you mean navy?"),
        ("#12", "three or six hexadecimal digits"),
        ("RAL 9999", "RAL 1000"),
        ("qqqqq", "such as"),
        ("", "such as"),
        ("bed", "such as"),
        ("red and blue", "There is no colour"),
    ],
)
def test_an_unknown_colour_is_answered_with_what_is_near(text: str, says: str):
    assert not is_colour(text)
    with pytest.raises(BadInputError, match="colour") as error:
        parse_colour(text)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("change the blue shirt into a dark olive green shirt", ["blue", "dark olive green"]),
        ("make the mug #1F3A93 and the cup RAL 5002", ["#1F3A93", "RAL 5002"]),
        ("cambia el color de la camisa a verde esmeralda", ["verde esmeralda"]),
        ("把车变成深蓝色", ["深蓝色"]),
        ("the same shirt in red, white and forest green", ["red", "white", "forest green"]),
        ("remove the rose and the stone wall", []),
        ("make the wall a bit darker navy please", ["a bit darker navy"]),
        ("a rose-coloured dress", ["rose-coloured"]),
        ("can the mug be RAL 5002 ultramarine", ["RAL 5002 ultramarine"]),
    ],
)
def test_finds_colours_in_a_sentence(text: str, found: list[str]):
    assert [text[start:end] for start, end, _ in find_colours(text)] == found


def test_things_are_found_when_asked_for():
    assert [wish.name for *_, wish in find_colours("stone", things=True)] == ["stone"]
    assert is_colour("stone")


def test_every_name_and_number_reads_back_as_itself():
    for name, rgb in names().values():
        assert parse_colour(name).target == pytest.approx(rgb), name
    for name, rgb in ral().values():
        assert parse_colour(name[:8]).target == rgb, name
    assert len(ral()) > 200
    assert {"navy", "gray", "grey", "teal"} <= COLOUR_WORDS


@pytest.mark.parametrize("name", ["navy", "teal", "burgundy", "white", "light grey", "olive"])
def test_the_nearest_name_of_a_named_colour_is_its_own(name: str):
    assert nearest_name(parse_colour(name).target) == name
