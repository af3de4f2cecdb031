"""An amount cut off one side of the picture is no thing that is taken off another: "crop 50% off the right"."""

from __future__ import annotations

import re

_SHARES = {"half": "50%", "third": "33%", "quarter": "25%", "fifth": "20%", "tenth": "10%"}
_CUT_OFF = re.compile(
    r"\b(?:crop|cut|trim|chop|slice|shave|lop|take) (?:(?:away|off|out) )?"
    r"(?:(?P<number>\d+(?:\.\d+)?) ?(?P<unit>%|percent|per cent|px|pixels?)|(?:an?|one|the)? ?(?P<share>half|"
    r"third|quarter|"
    r"fifth|tenth)(?: of (?:it|the (?:picture|image|photo)))?) (?:off|from|off of|away from|on)(?: of)? (?:the |its )?"
    r"(?P<side>left|right|top|bottom)(?:[ -]hand)?(?: (?:side|edge))?(?! (?:of (?:the |his |her |my |this |that )?"
    r"(?!picture|image|photo|frame)\w+|\w+'s))\b",
    re.I,
)


def in_plain_words(text: str) -> str:
    """The text with such cuts said in the one way that the frame's grammar reads."""

    def plain(match: re.Match[str]) -> str:
        if match["share"]:
            much = _SHARES[match["share"].lower()]
        else:
            much = match["number"] + ("%" if match["unit"].lower().startswith(("%", "per")) else "px")
        return f"crop {much} from the {match['side'].lower()}"

    return _CUT_OFF.sub(plain, text)
