"""The background: made transparent, or replaced by a colour, a gradient, a blur or another picture."""

from __future__ import annotations

import re
from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from models.colour.naming import find_colours
from models.cutout import estimate_foreground
from models.filters.blur import lens_blur
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent
from models.inpainting.filling import AUTO
from models.mask import Mask, invert
from tools.checking import cutting_out
from tools.checking.trial import Examined, Trial
from tools.edits.attached import Mention, attachment_of, mentioned
from tools.edits.context import EditContext
from tools.edits.painting import ENGINE_SAID, Painted, paint, painter_margin
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the
from tools.grounding import EVERYTHING_BUT, Target, ground, is_background
from tools.pictures.picture import Picture
from tools.pictures.profiles import colour_in_profile, to_srgb_preview
from tools.questions import NeedsAnswerError, Question


class BackgroundEdit(PixelEdit):
    """Shared: the mask is the background; the target, when one is named, is the subject that stays."""

    checked: ClassVar[bool] = True

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined:
        """Whether the subject ends where the picture shows an end."""
        del computed, context, first
        return cutting_out.examined(trial)

    def find_target(self, context: EditContext) -> Target | None:
        """Everything but the subject. A picture that is already cut out says itself what that is."""
        picture = context.workspace.picture()
        if self.target is None and self.selection is None and context.fresh_selection is None:
            cut_out = _transparency(picture)
            if cut_out is not None:
                return Target(cut_out, "background", "words")
        if self.target is not None and is_background(self.target):
            return ground(context, self.target)
        subject = ground(context, self.target, self.selection)
        if subject is not None:
            return Target(invert(subject.mask), f"{EVERYTHING_BUT}{the(subject.label)}", subject.how)
        background = ground(context, "background")
        if background is None or not np.any(background.mask < 0.5):
            raise NeedsAnswerError(Question("I can't tell subject from background here; click or brush the subject."))
        return background


class BackgroundRemove(BackgroundEdit):
    """Cut the subject out: the background becomes transparent."""

    op: ClassVar[str] = "background_remove"
    value: str | None = Field(None, max_length=500, description="Not used.")

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Alpha from the matte; edge colours lose the old background; what is invisible holds no picture."""
        del context
        matte = invert(region.mask)
        rgb = estimate_foreground(region.rgb, matte)
        rgb[matte <= 0.0] = 0
        top = np.iinfo(rgb.dtype).max
        alpha = np.rint(matte * top).astype(rgb.dtype)
        if region.picture.has_alpha:
            rows, columns = region.bounds.slices
            alpha = np.minimum(alpha, region.picture.pixels[rows, columns, 3])
        return Computed(rgb, "matte", mask=_any_of(region.mask), alpha=alpha)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Removed the background{_of(label)}; it is transparent now."


class BackgroundReplace(BackgroundEdit):
    """Put something else behind the subject: a colour, a gradient, the blurred background, another picture."""

    op: ClassVar[str] = "background_replace"
    value: str = Field(
        max_length=500,
        description="A colour ('white', '#F5F5F5'), 'gradient from white to grey', 'blurred', 'picture 2' (the first "
        "attached one), or a scene in words, which a painting model paints ('a beach at sunset').",
    )
    engine: str = Field(AUTO, max_length=500, description=ENGINE_SAID)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """What a painter's window needs; the background is most of the picture anyway."""
        del extent
        return painter_margin(box)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """The subject, with the old background taken out of its edge, over the new one."""
        matte = invert(region.mask)[..., None]
        behind, painted = self._behind(region, context), None
        if behind is None:
            painted = self._paint(region, context)
            behind = painted.image
        subject = estimate_foreground(region.rgb, matte[..., 0]).astype(np.float32)
        rgb = np.rint(subject * matte + behind.astype(np.float32) * (1.0 - matte)).astype(region.rgb.dtype)
        alpha = None
        if region.picture.has_alpha:
            alpha = np.full(rgb.shape[:2], np.iinfo(rgb.dtype).max, rgb.dtype)
        if painted is not None:
            return Computed(rgb, painted.engine, _any_of(region.mask), alpha, painted.note, painted.details)
        return Computed(rgb, "matte", mask=_any_of(region.mask), alpha=alpha)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Replaced the background{_of(label)}: {self.value}."

    def _behind(self, region: Region, context: EditContext) -> np.ndarray | None:
        """What goes behind, h×w×3 in the region's dtype; None when it has to be painted."""
        if self.engine != AUTO:
            return None
        text = self.value.lower()
        if re.search(r"\b(picture|photo|image|attachment|attached)\b", text) or text in context.attachments:
            return self._attached(region, context)
        if re.search(r"\bblur", text):
            radius = max(4.0, 0.02 * region.picture.extent.diagonal)
            return lens_blur(region.rgb, radius, region.mask, progress=context.progress)
        colours = [wish.rgb for _, _, wish in find_colours(self.value) if wish.rgb is not None]
        plain = _only_colours(self.value)
        if colours and (plain or "gradient" in text):
            ends = [colour_in_profile(region.picture, rgb) for rgb in colours[:2]]
            return _gradient(region, ends, sideways=bool(re.search(r"left|right|horizontal", text)))
        return None

    def _paint(self, region: Region, context: EditContext) -> Painted:
        """The scene that the words describe, behind and around the subject."""
        return paint(
            region.rgb,
            _any_of(region.mask),
            Commission(prompt=self.value, intent=Intent.REPLACE),
            context,
            seed=self.seed,
            engine=self.engine,
            at=region.bounds,
            picture=region.picture.extent,
            otherwise="Without one I can use a plain colour, a gradient, a blur, or a picture that you attach.",
        )

    def _attached(self, region: Region, context: EditContext) -> np.ndarray:
        identity = self.value.lower()
        if identity not in context.attachments:
            identity, _ = attachment_of(mentioned(self.value, attached=True) or Mention(None), context)
        other = context.workspace.attachment(identity)
        cover = _covering(to_srgb_preview(other), region.picture.extent)[region.bounds.slices]
        return cover.astype(np.uint16) * 257 if region.rgb.dtype == np.uint16 else cover


def _any_of(mask: Mask) -> Mask:
    return (mask > 0.0).astype(np.float32)


def _transparency(picture: Picture) -> Mask | None:
    """1 - alpha where the picture has transparent parts, None where it has none."""
    if not picture.has_alpha:
        return None
    alpha = picture.pixels[..., 3].astype(np.float32) / np.iinfo(picture.pixels.dtype).max
    return invert(alpha) if np.any(alpha < 0.5) else None


def _only_colours(text: str) -> bool:
    """Whether a text is a colour and nothing that would have to be painted ('white', 'a plain white studio')."""
    rest = text.lower()
    for start, end, _ in sorted(find_colours(text), key=lambda found: -found[0]):
        rest = rest[:start] + rest[end:]
    words = set(re.findall(r"[a-z]+", rest))
    plain = "a an the plain solid pure flat clean simple color colour background backdrop studio bg fully completely"
    return not words - set(plain.split())


def _gradient(region: Region, ends: list[tuple[float, float, float]], *, sideways: bool) -> np.ndarray:
    """From the first colour to the last over the whole picture, top to bottom or left to right."""
    extent, bounds = region.picture.extent, region.bounds
    if sideways:
        along = np.linspace(0.0, 1.0, extent.width)[bounds.x0 : bounds.x1][None, :, None]
    else:
        along = np.linspace(0.0, 1.0, extent.height)[bounds.y0 : bounds.y1][:, None, None]
    first, last = np.asarray(ends[0]), np.asarray(ends[-1])
    colour = first + (last - first) * along
    top = np.iinfo(region.rgb.dtype).max
    return np.broadcast_to(np.rint(np.clip(colour, 0, 1) * top), region.rgb.shape).astype(region.rgb.dtype)


def _covering(rgb: np.ndarray, extent: Extent) -> np.ndarray:
    """Scaled to cover the extent, cut evenly at the sides."""
    scale = max(extent.width / rgb.shape[1], extent.height / rgb.shape[0])
    size = (max(extent.width, round(rgb.shape[1] * scale)), max(extent.height, round(rgb.shape[0] * scale)))
    scaled = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x0, y0 = (size[0] - extent.width) // 2, (size[1] - extent.height) // 2
    return scaled[y0 : y0 + extent.height, x0 : x0 + extent.width]


def _of(label: str | None) -> str:
    """ " of your selection", where the background is everything but something that was named or pointed at."""
    subject = (label or "").removeprefix(EVERYTHING_BUT)
    return f" of {subject}" if subject != label else ""
