"""Text in the picture: taken out (inpainted), or made unreadable for good (covered, never blurred)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from models.ocr import TextLine, letters_mask, lines_mask, matching, occurrences, read_text
from models.segmentation.phrases.parse import parse
from models.segmentation.phrases.vocabulary import Kind
from tools.checking import lettering
from tools.checking.trial import Examined, Trial
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.remove import Fill
from tools.edits.request import StepReport
from tools.edits.wording import the
from tools.grounding import Target, ground
from tools.pictures import privacy
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview

_WRITTEN = re.compile(
    r"text|word|letter|caption|watermark|writing|logo|sign|label|plate|number|name|address|phone|e-?mail|date|price|"
    r"\bid\b|account|title|subtitle|credit|signature|stamp|\"|“|'",
    re.IGNORECASE,
)


def _find_lines(rgb: np.ndarray, wanted: str | None) -> list[TextLine]:
    """The text that is meant; a word that names no kind of text ("Lindqvist") may stand there itself."""
    lines = read_text(rgb)
    if not wanted:
        return lines
    return matching(lines, wanted) if _WRITTEN.search(wanted) else occurrences(lines, [wanted])


def _may_be_written(wanted: str | None) -> bool:
    """Whether to read for it before looking for it: not for what a picture shows rather than says."""
    return wanted is None or bool(_WRITTEN.search(wanted)) or parse(wanted).kind is Kind.OBJECT


def _readable(wanted: str | None) -> str:
    return f"I can read no {wanted or 'text'} in this picture; brush over what I should cover or take out."


class RemoveText(Fill):
    """Take text, a caption or a watermark out of the picture and fill its place from the surroundings."""

    op: ClassVar[str] = "remove_text"
    checked: ClassVar[bool] = True
    value: str | None = Field(None, max_length=500, description="Not used.")

    def find_target(self, context: EditContext) -> Target | None:
        """The letters of the text that is meant; the person's own selection where there is one."""
        if self.selection is not None or context.fresh_selection is not None:
            return ground(context, self.target, self.selection)
        rgb = to_srgb_preview(context.workspace.picture())
        lines = _find_lines(rgb, self.target)
        if not lines:
            raise BadInputError(_readable(self.target))
        return Target(letters_mask(rgb, lines), self.target or "text", "reading")

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The letters with their outline, as found."""
        del exact
        return mask

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined:
        """Whether something of it can still be read."""
        del computed, context
        return lettering.examined(trial, first)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Took out {the(label)}."


_MARGIN = 0.25  # of the letters' height: covered around a line
_STILL_SHOWN = "Earlier versions here still show it; the exported file does not."
_LOOKS = 3  # how often the covered picture is read again


def _cover(rgb: np.ndarray, wanted: str | None) -> tuple[Mask, tuple[str, ...]] | None:
    """The mask over the text that is meant, and what was read there; None when there is none.

    The picture is read again with the mask blacked out, until nothing that is meant is found any more: some text
    is only seen once its brighter neighbour is gone.
    """
    mask, read = np.zeros(rgb.shape[:2], np.float32), []
    for _ in range(_LOOKS):
        covered = np.where(mask[..., None] > 0, np.uint8(0), rgb)
        left = [line for line in _find_lines(covered, wanted) if _shows(line, mask)]
        if not left:
            break
        read += [line.text for line in left]
        mask = np.maximum(mask, lines_mask(left, rgb.shape[:2], _MARGIN))
    return (mask, tuple(read)) if read else None


def _shows(line: TextLine, mask: Mask) -> bool:
    """Whether some of a line lies outside the mask; the reader also makes letters out of black bars."""
    own = lines_mask([line], mask.shape, 0.0) > 0
    return bool(np.count_nonzero(own & (mask == 0)) > 0.3 * np.count_nonzero(own))


class RedactText(PixelEdit):
    """Make a name, number, plate, address or face unreadable for good: it is covered with solid colour."""

    op: ClassVar[str] = "redact_text"
    needs_target: ClassVar[bool] = True
    question: ClassVar[str] = "What should I black out? Click it, or brush over it, on the picture."
    value: str | None = Field(None, max_length=500, description="The covering colour; leave out for black.")

    def perform(self, context: EditContext) -> StepReport:
        """Cover it, and say where it can still be seen."""
        report = super().perform(context)
        return replace(report, message=f"{report.message} {_STILL_SHOWN}") if context.keeps_versions else report

    def find_target(self, context: EditContext) -> Target | None:
        """The lines of text that are meant, with a margin; anything else by its words or the person's selection."""
        if self.selection is not None or context.fresh_selection is not None:
            return super().find_target(context)
        if _may_be_written(self.target):
            rgb = to_srgb_preview(context.workspace.picture())
            covered = _cover(rgb, self.target)
            if covered:
                return Target(covered[0], self.target or "text", "reading", exact=True, words=covered[1])
            if self.target is None:
                raise BadInputError(_readable(None))
        return super().find_target(context)

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """Hard edges: a soft one would leave something to read."""
        del exact
        return (mask > 0.05).astype(np.float32)

    def describe(self, picture: Picture, target: Target | None) -> Picture:
        """The picture without what was covered standing in its metadata."""
        if target is None or not (picture.exif or picture.xmp):
            return picture
        words = target.words
        if not words:  # brushed over, or a face: what stands there has not been read yet
            rows, columns = bounds_of(target.mask).padded(8).clipped(picture.extent).slices
            crop = np.ascontiguousarray(to_srgb_preview(picture)[rows, columns])
            words = tuple(line.text for line in read_text(crop) if not _shows(line, target.mask[rows, columns]))
        return privacy.without(picture, words)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """None: what is there does not matter."""
        del box, extent
        return 0

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Black, or the colour asked for; nothing of what was there goes into it."""
        del context
        covered = np.zeros_like(region.rgb)
        if self.value and "white" in self.value.lower():
            covered[:] = np.iinfo(covered.dtype).max
        note = "covered for good in this version"
        telling = privacy.telling(region.picture)
        if telling:
            note += f"; the file's metadata still holds {' and '.join(telling)}"
        return Computed(covered, "solid", note=note)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Blacked out {the(label)}."
