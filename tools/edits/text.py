"""Text in the picture: taken out (inpainted), or made unreadable for good (covered, never blurred)."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.ocr import TextLine, letters_mask, lines_mask, matching, read_text
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.remove import Fill
from tools.edits.wording import the
from tools.grounding import Target, ground
from tools.pictures.profiles import to_srgb_preview

_WRITTEN = re.compile(
    r"text|word|letter|caption|watermark|writing|logo|sign|label|plate|number|name|address|phone|e-?mail|date|price|"
    r"\bid\b|account|title|subtitle|credit|signature|stamp|\"|“|'",
    re.IGNORECASE,
)


def _find_lines(rgb: np.ndarray, wanted: str | None) -> list[TextLine]:
    lines = read_text(rgb)
    return matching(lines, wanted) if wanted else lines


def _readable(wanted: str | None) -> str:
    return f"I can read no {wanted or 'text'} in this picture; brush over what I should cover or take out."


class RemoveText(Fill):
    """Take text, a caption or a watermark out of the picture and fill its place from the surroundings."""

    op: ClassVar[str] = "remove_text"
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

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Took out {the(label)}."


class RedactText(PixelEdit):
    """Make a name, number, plate, address or face unreadable for good: it is covered with solid colour."""

    op: ClassVar[str] = "redact_text"
    needs_target: ClassVar[bool] = True
    question: ClassVar[str] = "What should I black out? Click it, or brush over it, on the picture."
    value: str | None = Field(None, max_length=500, description="The covering colour; leave out for black.")

    def find_target(self, context: EditContext) -> Target | None:
        """The lines of text that are meant, with a margin; anything else by its words or the person's selection."""
        if self.selection is not None or context.fresh_selection is not None:
            return super().find_target(context)
        if self.target is None or _WRITTEN.search(self.target):
            rgb = to_srgb_preview(context.workspace.picture())
            lines = _find_lines(rgb, self.target)
            if lines:
                return Target(lines_mask(lines, rgb.shape[:2], 0.25), self.target or "text", "reading", exact=True)
            if self.target is None:
                raise BadInputError(_readable(None))
        return super().find_target(context)

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """Hard edges: a soft one would leave something to read."""
        del exact
        return (mask > 0.05).astype(np.float32)

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
        note = "covered for good in this version; earlier versions in this conversation still show it"
        return Computed(covered, "solid", note=note)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Blacked out {the(label)}. Earlier versions here still show it; the exported file does not."
