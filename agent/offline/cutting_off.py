"""What is cut is not always taken away: "crop 50% off the right" trims, "cut the mug out, white bg" keeps the mug."""

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
# a thing "cut out" goes, unless the same wish says what it is to stand on
_CUT_OUT = re.compile(
    r"\bcut (?P<thing>(?:(?:the|this|that|these|those|my|our|his|her|their) )?(?:[\w'-]+ ){0,3}?[\w'-]+) out"
    r"(?=.*\b(?:white|black|gr[ea]y|plain|solid|clean|neutral|studio) (?:background|backdrop|ground|bg|bkg)\b"
    r"|.*\btransparen)",
    re.I,
)
_CUT_OUT_ON = re.compile(
    r"\b(?:cut (?:(?P<thing>(?:[\w'-]+ ){0,4}?[\w'-]+) out|out (?P<other>(?:[\w'-]+ ){0,4}?[\w'-]+))|"
    r"(?:put|place|set) (?P<put>(?:[\w'-]+ ){0,4}?[\w'-]+)) (?:on|onto|against) "
    r"(?:an? )?(?P<ground>(?:pure |plain |solid |light |dark )?(?:white|black|gr[ea]y))(?: (?:background|backdrop|bg))?"
    r"(?=\s*(?:$|[,.;!]|and\b|then\b|with\b|please\b))",
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

    def put(match: re.Match[str]) -> str:
        return f"put {match['thing'] or match['other'] or match['put']} on a {match['ground']} background"

    return _CUT_OUT.sub(r"cut out \g<thing>", _CUT_OUT_ON.sub(put, _CUT_OFF.sub(plain, text)))
