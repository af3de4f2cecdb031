"""Build colour_terms.npz from the xkcd survey's names: `python -m models.segmentation.build_colour_terms`.

Needs matplotlib (which carries the survey's 949 names, CC0); the package itself does not.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import cv2
import numpy as np

from models.segmentation.colour_terms import BINS, LAB_HIGH, LAB_LOW, TERMS

KERNEL = 6.0  # CIELAB units over which a named colour votes
LIGHTNESS_WEIGHT = 0.35  # squared; people name hues across a wide range of lightness
_SPELLINGS = {"gray": "grey", "violet": "purple", "magenta": "pink", "turquoise": "teal"}


def survey_colours() -> tuple[np.ndarray, np.ndarray]:
    """N×3 CIELAB and N term indices of all survey names that a basic term heads."""
    colors = importlib.import_module("matplotlib.colors")
    rgb, terms = [], []
    for name, value in colors.XKCD_COLORS.items():
        head = name.removeprefix("xkcd:").split()[-1]
        head = _SPELLINGS.get(head, head)
        if head in TERMS:
            rgb.append(colors.to_rgb(value))
            terms.append(TERMS.index(head))
    lab = cv2.cvtColor(np.array(rgb, np.float32)[None], cv2.COLOR_RGB2LAB)[0]
    return lab, np.array(terms)


def build_table() -> np.ndarray:
    """BINS×BINS×BINS×len(TERMS) uint8: 255 P(term | Lab)."""
    axes = [np.linspace(LAB_LOW[i], LAB_HIGH[i], BINS) for i in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    lab, terms = survey_colours()
    score = np.zeros((len(grid), len(TERMS)), np.float32)
    weight = np.array([LIGHTNESS_WEIGHT, 1.0, 1.0])
    for term in range(len(TERMS)):
        squared = ((grid[:, None] - lab[terms == term][None]) ** 2 * weight).sum(-1)
        nearest_two = np.sort(squared, axis=1)[:, :2].mean(axis=1)  # one odd name does not make a colour
        score[:, term] = np.exp(-np.sqrt(nearest_two) / KERNEL)
    _model_achromatic(score, grid)
    share = score / (score.sum(axis=1, keepdims=True) + 1e-4)
    return np.rint(share * 255).astype(np.uint8).reshape(BINS, BINS, BINS, len(TERMS))


def _model_achromatic(score: np.ndarray, grid: np.ndarray) -> None:
    """Black, white and grey from lightness and chroma: where the eye stops seeing a hue."""
    lightness, chroma = grid[:, 0], np.hypot(grid[:, 1], grid[:, 2])

    def fall(excess: np.ndarray, width: float) -> np.ndarray:
        return np.exp(-((np.maximum(excess, 0.0) / width) ** 2))

    explicit = {
        "black": 1.2 * fall(lightness - 14, 9) * fall(chroma - 8, 12),
        "white": 1.2 * fall(88 - lightness, 9) * fall(chroma - 6, 6),
        "grey": fall(chroma, 11) * fall(np.abs(lightness - 55) - 22, 9),
    }
    for term, values in explicit.items():
        column = TERMS.index(term)
        score[:, column] = np.maximum(0.5 * score[:, column], values)


def main() -> None:
    """Write the table beside this file."""
    np.savez_compressed(Path(__file__).with_name("colour_terms.npz"), table=build_table())


if __name__ == "__main__":
    main()
