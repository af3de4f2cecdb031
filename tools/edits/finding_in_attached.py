"""Finding the thing that a request speaks of in an attached picture, and lifting it out."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import binary_fill_holes

from models.geometry import Extent
from models.harmonise.cutting import Cutout, cut_out
from models.mask import Mask, resize
from models.segmentation.backdrop import before_backdrop
from models.segmentation.background import matte, split_subject
from models.segmentation.saliency import Scene
from tools.edits.attached import Mention
from tools.edits.context import EditContext
from tools.pictures.picture import Picture
from tools.pictures.profiles import in_profile_of, to_srgb_preview
from tools.questions import NeedsAnswerError, Question

_FLAT = re.compile(
    r"\b(logos?|emblems?|badges?|stickers?|labels?|decals?|prints?|posters?|signs?|drawings?|tattoos?|paintings?|designs?|"
    r"graphics?|artworks?|brands?|crests?|patch|stamps?|watermarks?|lettering|text|symbols?|icons?|motifs?|flags?)$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"^(?:(?:whole|entire|full) )?(?:pictures?|photos?|images?|posters?|paintings?|artwork|all of it|everything)$",
    re.IGNORECASE,
)
_ANY = frozenset("one it thing object item subject that this cutout something stuff him her them".split())
_SURE = 0.55  # of a grounding or a split, from which it is taken without asking
_EMBLEM = 0.85  # of a logo's hull that its one outline must hold
_SEE_THROUGH = 0.5  # alpha below which a picture counts as cut out
_CUT_OUT = 0.005  # share of a picture that must be see-through for it to be cut out


@dataclass(frozen=True)
class Found:
    """A thing of an attached picture: what it is called, and itself. `sure` False: it is what stands out there."""

    name: str
    cutout: Cutout
    flat: bool
    sure: bool = True


def is_flat(thing: str | None) -> bool:
    """Whether words name something without depth, which is laid onto surfaces rather than stood on them."""
    return thing is not None and (bool(_FLAT.search(thing)) or bool(_WHOLE.match(thing)))


def find_thing(context: EditContext, mention: Mention, identity: str, called: str, scene: Picture) -> Found:
    """Lift what is meant out of the attachment, its samples in the scene's colour space.

    A transparent picture is its own matte; before a plain backdrop the thing is whatever stands there; words are
    grounded as they are in the open picture. Raises NeedsAnswerError when it cannot be told.
    """
    picture = context.workspace.attachment(identity)
    thing = mention.thing
    rgb = in_profile_of(picture, scene)
    name = thing if thing is not None and thing.lower() not in _ANY else "it"
    flat = is_flat(thing)
    if picture.has_alpha:
        alpha = picture.pixels[..., 3].astype(np.float32) / np.iinfo(picture.pixels.dtype).max
        if (alpha < _SEE_THROUGH).mean() > _CUT_OUT:
            return Found(name, cut_out(rgb, alpha, known_surroundings=False), flat)
    shown = to_srgb_preview(picture)
    if thing is not None and _WHOLE.match(thing):
        return Found(name, _whole(rgb), True)
    scene_there = Scene.of(shown)
    plain = before_backdrop(scene_there)
    if plain is not None:
        plain = _as_emblem(plain) if flat else plain
        return Found(name, cut_out(rgb, _full_size(shown, plain)), flat)
    if flat:  # a logo that fills its picture
        return Found(name, _grounded_or_whole(context, identity, rgb, shown, str(thing)), True)
    if thing is not None and thing.lower() not in _ANY:
        with context.sight.lock:
            grounding = context.sight.predictor_of_attachment(context.workspace, identity).from_words(thing)
        if grounding.found and grounding.score >= _SURE:
            return Found(name, cut_out(rgb, matte(shown, grounding.mask)), False)
    split = split_subject(scene_there)
    if split.mask.any() and split.confidence >= _SURE:
        return Found(name, cut_out(rgb, _full_size(shown, split.mask)), False, sure=thing is None or name == "it")
    what = "what to take" if name == "it" else f"which is the {name}"
    raise NeedsAnswerError(
        Question(
            f"I can't tell {what} in {called}. Attach it cut out (transparent around it), before a plain background or "
            "cropped closely, or say that you mean the whole picture."
        )
    )


def material_of(
    context: EditContext, mention: Mention, identity: str, scene: Picture
) -> tuple[np.ndarray, Mask | None]:
    """The attachment's samples in the scene's colour space, and where in it the material is: None, anywhere.

    A cut-out picture says where itself; else what stands before a plain backdrop is it; else all of the picture.
    """
    del mention
    picture = context.workspace.attachment(identity)
    rgb = in_profile_of(picture, scene)
    if picture.has_alpha:
        alpha = picture.pixels[..., 3].astype(np.float32) / np.iinfo(picture.pixels.dtype).max
        if (alpha < _SEE_THROUGH).mean() > _CUT_OUT:
            return rgb, alpha
    shown = to_srgb_preview(picture)
    plain = before_backdrop(Scene.of(shown))
    return rgb, None if plain is None else _full_size(shown, plain)


def _as_emblem(mask: np.ndarray) -> np.ndarray:
    """A logo's h×w bool mask with its white inside, where one closed outline holds all of it: then that white is paint.

    Between letters the paper shows instead, and stays see-through.
    """
    filled = binary_fill_holes(mask)
    hull = cv2.convexHull(np.argwhere(mask)[:, ::-1].astype(np.int32))
    parts, labels = cv2.connectedComponents(np.asarray(filled, np.uint8))
    largest = max((int((labels == part).sum()) for part in range(1, parts)), default=0)
    return np.asarray(filled) if largest >= _EMBLEM * max(cv2.contourArea(hull), 1.0) else mask


def _whole(rgb: np.ndarray) -> Cutout:
    return cut_out(rgb, np.ones(rgb.shape[:2], np.float32))


def _grounded_or_whole(context: EditContext, identity: str, rgb: np.ndarray, shown: np.ndarray, thing: str) -> Cutout:
    """A flat thing in a photo of something, where its word is found for sure; else the whole picture is it."""
    with context.sight.lock:
        grounding = context.sight.predictor_of_attachment(context.workspace, identity).from_words(thing)
    if grounding.found and grounding.score >= 0.8 and grounding.mask.mean() < 0.6:
        return cut_out(rgb, matte(shown, grounding.mask))
    return _whole(rgb)


def _full_size(shown: np.ndarray, small: np.ndarray) -> Mask:
    """A mask of the reduced picture as a soft matte of the whole one."""
    return matte(shown, resize(small.astype(np.float32), Extent.of(shown)))
