"""How likely a person would call a colour by a basic term: P(term | CIELAB), as a table and as maps.

The table comes from the 949 names of the xkcd colour survey (Munroe 2010, CC0): every named colour votes,
with a kernel in CIELAB, for the basic term that heads its name ("dusty rose pink" votes for pink). The survey
is thin near the grey axis, so black, white and grey are modelled explicitly. Built by
`python -m models.segmentation.build_colour_terms`, 33 bins an axis, shipped as 8-bit numbers.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np

TERMS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
    "teal",
    "beige",
)
ACHROMATIC = frozenset({"black", "white", "grey"})
BINS = 33
# The CIELAB box the table covers: lightness, a, b (first and last bin centres).
LAB_LOW = np.array([0.0, -100.0, -110.0], np.float32)
LAB_HIGH = np.array([100.0, 100.0, 110.0], np.float32)

_ALIASES = {
    "grey": "gray silver silvery metallic chrome charcoal slate ash",
    "purple": "violet lilac lavender mauve plum aubergine amethyst",
    "pink": "magenta fuchsia rose salmon coral rosy",
    "red": "crimson scarlet maroon burgundy ruby cherry reddish",
    "blue": "navy azure cobalt sapphire indigo bluish",
    "teal": "turquoise cyan aqua aquamarine",
    "yellow": "gold golden mustard lemon yellowish blond blonde",
    "beige": "cream ivory khaki sand-coloured tan",
    "green": "lime olive emerald greenish mint",
    "brown": "chestnut chocolate bronze copper brownish",
    "orange": "amber apricot peach tangerine orangish",
    "black": "ebony blackish",
    "white": "snowy whitish",
}
_TERM_OF = {term: term for term in TERMS} | {word: term for term, words in _ALIASES.items() for word in words.split()}
# People name an object, not a pixel: its shadows and lights fall under neighbouring terms.
_NEIGHBOURS: dict[str, dict[str, float]] = {
    "red": {"pink": 0.35, "brown": 0.3, "orange": 0.35, "purple": 0.1},
    "orange": {"red": 0.3, "yellow": 0.4, "brown": 0.35},
    "yellow": {"orange": 0.5, "beige": 0.4, "brown": 0.3, "green": 0.12},
    "green": {"teal": 0.45, "yellow": 0.15},
    "blue": {"teal": 0.45, "purple": 0.3, "grey": 0.05},
    "purple": {"pink": 0.4, "blue": 0.3},
    "pink": {"purple": 0.4, "red": 0.4, "beige": 0.1},
    "brown": {"orange": 0.4, "red": 0.3, "beige": 0.4, "yellow": 0.2, "black": 0.15},
    "black": {"grey": 0.2},
    "white": {"grey": 0.3, "beige": 0.2},
    "grey": {"black": 0.2, "white": 0.3, "blue": 0.1},
    "teal": {"blue": 0.5, "green": 0.5},
    "beige": {"brown": 0.4, "yellow": 0.35, "white": 0.3, "pink": 0.3},
}


# CIELAB lightness at which an object of that colour is seen at its best; shade hides its name below.
_WELL_LIT = {
    "red": 48.0,
    "orange": 64.0,
    "yellow": 78.0,
    "green": 52.0,
    "blue": 45.0,
    "purple": 42.0,
    "pink": 70.0,
    "brown": 34.0,
    "teal": 55.0,
    "beige": 76.0,
}
_MOST_LIGHT = 2.4  # factor on L + 16: beyond it a pixel is black and its hue is noise
_SHADED = 0.8  # how much a name that only better light would give counts


def term_of(word: str) -> str | None:
    """The basic term a colour word stands for ("navy" → "blue"); None when the word is no colour."""
    return _TERM_OF.get(word.lower())


@cache
def _table() -> np.ndarray:
    """BINS×BINS×BINS×len(TERMS) float32, P(term | Lab)."""
    with resources.files("models.segmentation").joinpath("colour_terms.npz").open("rb") as file:
        return np.load(file)["table"].astype(np.float32) / 255.0


def probability(lab: np.ndarray, term: str) -> np.ndarray:
    """P(term | colour) for an H×W×3 CIELAB image: H×W float32 in [0, 1]. Raises KeyError for other terms."""
    return _probabilities(lab)[..., _index(term)]


def object_probability(lab: np.ndarray, term: str) -> np.ndarray:
    """How well a pixel fits an *object* of that colour, its shading included: H×W float32 in [0, 1].

    As `probability`, plus a share of the neighbouring terms (a red coat is brown in its folds, pink in its
    lights). Raises KeyError when `term` is none of TERMS.
    """
    result = _with_neighbours(_probabilities(lab), term)
    if term in _WELL_LIT:
        result = np.maximum(result, _SHADED * _with_neighbours(_probabilities(_lit(lab, term)), term))
    elif term == "white":  # greys count only as far as they are light, or dark
        result = result * np.clip((lab[..., 0] - 45.0) / 20.0, 0.0, 1.0)
    elif term == "black":
        result = result * np.clip((50.0 - lab[..., 0]) / 20.0, 0.0, 1.0)
    return np.clip(result, 0.0, 1.0)


def called(lab: np.ndarray, term: str) -> float:
    """How rightly an object with these N×3 CIELAB colours is called `term`, [0, 1].

    Its mean probability beside that of the term which fits best, shade allowed for. Low for an orange suit
    that is asked for as red: near, but not what anybody calls it.
    """
    fits = _name_fits(lab.reshape(-1, 3)).mean(axis=0)
    return float(fits[_index(term)] / max(float(fits.max()), 1e-6))


def called_each(lab: np.ndarray, term: str) -> np.ndarray:
    """As `called`, for each of N×3 CIELAB colours by itself: N float32 in [0, 1]."""
    fits = _name_fits(lab)
    return fits[:, _index(term)] / np.maximum(fits.max(axis=1), 1e-6)


def _name_fits(colours: np.ndarray) -> np.ndarray:
    """N×len(TERMS): P(term | colour), in the light it has or the light that would show it."""
    fits = _probabilities(colours).copy()
    for name in _WELL_LIT:
        column = _index(name)
        fits[:, column] = np.maximum(fits[:, column], _SHADED * probability(_lit(colours, name), name))
    return fits


def _with_neighbours(every: np.ndarray, term: str) -> np.ndarray:
    result = every[..., _index(term)].copy()
    for neighbour, share in _NEIGHBOURS[term].items():
        result += share * every[..., _index(neighbour)]
    return result


def _lit(lab: np.ndarray, term: str) -> np.ndarray:
    """The colours as they would be in enough light to show that term (see `chromaticity`); never dimmed."""
    base = np.maximum(lab[..., :1], 0.0) + 16.0
    factor = np.clip((_WELL_LIT[term] + 16.0) / base, 1.0, _MOST_LIGHT)
    return np.concatenate([base * factor - 16.0, lab[..., 1:] * factor], axis=-1)


def _index(term: str) -> int:
    if term not in TERMS:
        raise KeyError(term)
    return TERMS.index(term)


def _probabilities(lab: np.ndarray) -> np.ndarray:
    """H×W×len(TERMS), the table at the nearest bin."""
    position = (lab - LAB_LOW) / (LAB_HIGH - LAB_LOW) * (BINS - 1)
    index = np.clip(np.rint(position), 0, BINS - 1).astype(np.intp)
    return _table()[index[..., 0], index[..., 1], index[..., 2]]


def chromaticity(lab: np.ndarray) -> np.ndarray:
    """H×W×2 float32: (a, b) / (L + 16), which shading does not change.

    L + 16, a and b are all linear in the cube roots of X, Y, Z (CIE 15), so dimming the light scales the
    three alike and their ratio stays. Folds and shadows of one dye lie at one point of this plane.
    """
    return (lab[..., 1:] / (np.maximum(lab[..., :1], 0.0) + 16.0)).astype(np.float32)
