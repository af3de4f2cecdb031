"""Whether a wish keeps the shape of a thing ("leather", "a rotten apple" of an apple) or brings another."""

from __future__ import annotations

import re

from models.segmentation.phrases.parse import parse
from models.segmentation.stuff import STUFF

_MATERIALS = frozenset(
    "aluminium aluminum amber bamboo brass brick bricks bronze canvas cardboard carbon ceramic chocolate chrome clay "
    "cloth cobblestone cobblestones concrete copper cork corduroy cotton crystal denim fabric feathers felt fiberglass "
    "fur glass gold granite grass ice iron ivory jade knit knitted lace lava leather lego linen marble metal moss "
    "mosaic oak paper parquet pearl pine plaid plaster plastic plush porcelain quartz rattan rubber sand sandstone "
    "satin sequins silk silver slate snow steel stone straw suede terracotta tile tiles tweed velvet walnut wax wicker "
    "wood wooden wool woollen woolen striped stripes polka flowery floral checkered chequered rusty rusted golden "
    "metallic furry fluffy transparent shiny glossy matte rotten broken cracked wet dirty old new worn frozen "
    "burning".split()
)
_OF = re.compile(
    r"^(?:(?:to be|be|is|are|being) )?(?:(?:made|built|knitted|woven|carved) )?(?:out )?(?:of|from) ", re.I
)
_COVERED = re.compile(r"^(?:to be )?(?:covered|coated|wrapped|clad) (?:in|with) ", re.I)


def reworked(target: str | None, value: str) -> str | None:
    """What the thing is to look like when its shape stays ("leather jacket"); None when it is another thing.

    That is so when the value names a material or a state, or says the same noun as the target.
    """
    made = _OF.match(value) or _COVERED.match(value)
    wish = _COVERED.sub("", _OF.sub("", value)).strip()
    noun = parse(target).noun if target else None
    words = re.findall(r"[a-z]+", wish.lower())
    if not words:
        return None
    if noun is not None and parse(wish).noun == noun:
        return wish
    if noun in STUFF and words[-1] in STUFF:  # grass for sand is no sand made of grass
        return None
    if words[-1] in _MATERIALS or made:
        named = parse(target).compound if target else ""
        return f"{wish} {named}".strip() if not _COVERED.match(value) else f"{named} covered in {wish}".strip()
    return None
