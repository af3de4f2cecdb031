"""`segment`: words, a click, a box or a stroke to a mask file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import BadInputError
from models.geometry import Bounds, Point
from models.mask import Mask, area
from models.mask import bounds as bounds_of
from models.segmentation.choose import best_predictor
from models.segmentation.protocol import Candidate, Grounding, Predictor
from models.weights.store import Store
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview
from tools.pictures.reading import open_picture
from tools.pictures.writing import check_target, write_atomically
from tools.selections.coco import NamedMask, coco_json
from tools.selections.mask_files import mask_png
from tools.selections.names import clean
from ui.commands.inputs import box_from, mask_from, point_from


@dataclass(frozen=True)
class Found:
    """What a prompt selected, or the question it led to."""

    engine: str
    engine_reason: str
    grounding: Grounding

    @property
    def question(self) -> str | None:
        """What to ask when nothing was chosen."""
        if self.grounding.found:
            return None
        return self.grounding.question or "I don't see that here."

    def as_dict(self) -> dict[str, Any]:
        """The candidates with scores, boxes (x0, y0, x1, y1) and reasons, and which were chosen."""
        described = [_described(candidate) for candidate in self.grounding.candidates]
        chosen = list(self.grounding.chosen)
        return {
            "engine": self.engine,
            "engine_reason": self.engine_reason,
            "candidates": described,
            "chosen": chosen,
            "question": self.question,
        }


def segment_picture(
    source: Path,
    output: Path,
    *,
    text: str | None,
    point: str | None,
    without: list[str],
    box: str | None,
    background: bool,
    brush: Path | None,
) -> Found:
    """Ground the one prompt that was given; write the mask only when something was found.

    A PNG holds all of it as one mask, a COCO JSON file (".json") every thing that was chosen as a region of its own.
    """
    prompts = [text is not None, point is not None, box is not None, background, brush is not None]
    if sum(prompts) != 1:
        raise BadInputError("Give exactly one of --text, --point, --box, --background and --brush.")
    if output.suffix.lower() not in (".png", ".json"):
        raise BadInputError("A mask is written as PNG or as COCO JSON; end the output's name in .png or .json.")
    check_target(output.with_suffix(".png"))
    picture = open_picture(source)
    predictor, reason = best_predictor(Store.default())
    predictor.set_image(to_srgb_preview(picture))
    grounding = _ground(predictor, picture, text, point, without, box, background, brush)
    if grounding.found and output.suffix.lower() == ".json":
        name = "background" if background else clean(text or "selection")
        regions = [NamedMask(name, grounding.candidates[index].mask) for index in grounding.chosen]
        write_atomically(coco_json(regions, picture.extent, source.name), output)
    elif grounding.found:
        write_mask(grounding.mask, output)
    return Found(predictor.name, reason, grounding)


def write_mask(mask: Mask, output: Path) -> None:
    """Write an 8-bit PNG, 255 = selected; raises BadInputError when the place is not writable."""
    write_atomically(mask_png(mask), output)


def _ground(
    predictor: Predictor,
    picture: Picture,
    text: str | None,
    point: str | None,
    without: list[str],
    box: str | None,
    background: bool,
    brush: Path | None,
) -> Grounding:
    extent = picture.extent
    if text is not None:
        if not text.strip():
            raise BadInputError("Say what to find.")
        return predictor.from_words(text)
    if point is not None:
        negative: list[Point] = [point_from(pair, extent) for pair in without]
        return predictor.from_points([point_from(point, extent)], negative)
    if box is not None:
        bounds: Bounds = box_from(box, extent)
        return predictor.from_box(bounds)
    if background:
        return predictor.from_words("background")
    if brush is None:
        raise BadInputError("Nothing was given to find.")
    return predictor.from_brush(mask_from(brush, extent))


def _described(candidate: Candidate) -> dict[str, Any]:
    return {
        "box": list(bounds_of(candidate.mask, 0.5)),
        "area": area(candidate.mask),
        "score": round(float(candidate.score), 4),
        "reason": candidate.reason,
    }
