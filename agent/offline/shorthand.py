"""The shorthand of shops and studios ("packshot", "colourway", "transp", "bg off") put in plain words."""

from __future__ import annotations

import re

_PLAIN: tuple[tuple[str, str], ...] = (
    (r",? ?\b(?:lol|lmao|haha+|omg|tbh|imho|imo|ngl|smh)\b(?! (?:style|text))", ""),
    (r"\((#[0-9a-f]{3,8})\)", r"\1"),
    (r"\s*\((?![^()]*[\d#])[^()]{1,60}\)", ""),  # an aside; one with a figure is a measure
    (r"\bget (?:the |it |them )?rid (?:of|off)\b", "get rid of"),
    (
        r"^(?:sku|ref|item|art(?:icle)?\.?|style|model|no\.?|nr\.?|product|"
        r"pos\.?) ?[#:]? ?[a-z-]{0,4}\d[\w-]*\s*[,;]\s*",
        "",
    ),
    (
        r"\bto match (?:the |our |this )?(?:swatch|hex|sample|colou?r (?:chip|card|code)|reference)(?: colou?r)? (?=#)",
        "to ",
    ),
    (
        r"\b(?:should |must |needs to )?(?:match|be like|be as in)(?:es|ing)? (?:the |our |this )?(?:swatch|hex|sample|"
        r"colou?r (?:chip|card|code)|reference|pantone chip)(?: colou?r)? (?=#)",
        "should be ",
    ),
    (r"\btransp(?:\.|t|arency)?(?= |$|,)", "transparent"),
    (r"\bbring (?P<what>[\w' ]+?) back to (?:life|(?:its|his|her|their) former glory)\b", r"restore \g<what>"),
    (r"\bw/o ?", "without "),
    (r"\bw/ ?(?=[a-z])", "with "),
    (r"\bcolou?r ?ways?\b", "colours"),
    (r"\bswatch(?:es)?\b(?= (?:in|for|of)\b)", "colours"),
    (r"\b(?:pack ?shot|product (?:shot|photo|image|pic))\b(?! of)", "product"),
    (
        r"\b(?:apply |do |make |create |add )?(?:a |the )?ghost (?:mannequin|manikin)(?: effect)?\b",
        "remove the mannequin",
    ),
    (r"\binvisible (?:mannequin|manikin)(?: effect)?\b", "remove the mannequin"),
    (r"\bcut ?outs? on (?=transparent|white|black|gr[ae]y)", "product on "),
    (
        r"\bin (?:(?:\d|two|three|four|five|six|these|the following|different|other|"
        r"\w+ different) )+colou?rs?\s*(?:[:=-]|,|\()\s*",
        "in ",
    ),
    (
        r"\b(?:hero|banner|header|cover|thumbnail|listing|storefront|slider|feature)(?: (?:image|crop|"
        r"shot|pic|photo|format|size))? (?=\d+:\d+)",
        "crop to ",
    ),
    (r"\b(?:hero|banner|header)(?: image| crop)?[,:]? (?=(?:at |in |as )?\d+:\d+)", "crop to "),
    (r"(?<=\d:\d) (?:hero|banner|header|thumbnail)(?: (?:image|crop|shot|pic|format))?\b", ""),
    (
        r"^(?:amazon|etsy|ebay|shopify|zalando|web ?shop|catalog(?:ue)?|main|listing|"
        r"product)(?: (?:main|hero|listing|image|img|photo|pic|picture))*\s*[:-] ",
        "",
    ),
    (r"\bpure white\b(?: \(?(?:rgb )?255(?:[, ]+255)*\)?)?", "pure white"),
    (r"\b(white (?:background|backdrop)) \(?(?:rgb )?255(?:[, ]+255)*\)?", r"\1"),
    (r"\bdrop shadow", "drop-shadow"),
    (r"\b(?:clean |precise |sharp )?(?:cut-?out|clipping path|deep ?etch)(?=\s*(?:[,+;]|$))", "remove the background"),
    (
        r"^(?:(?:make|create|give me|need|show(?: me)?|i need|we need|do|generate|render)(?: me|"
        r" us)? )?(?:\d+|two|three|four|five|six|several) (?:colou?r )?"
        r"(?:variants?|variations?|versions?|options?|colou?rs|skus?)\s*(?:[:-]|in)\s*",
        "recolor the product in ",
    ),
    (
        r"^(?:(?:i |we )?(?:need|want|make|create|show)(?: me| us)? )?(?:the |these )?(?:\d+|two|three|four|"
        r"five|six|several) "
        r"(?:colou?r )?(?:variants?|variations?|versions?|options?|colou?rs) (?:of|for) (?:this|the|our|my|these) "
        r"(?P<thing>[\w -]+?)\s*[:-]\s*",
        r"recolor the \g<thing> in ",
    ),
    (r"\b(?:straight-on|dead-on) crop\b", "straighten, crop"),
    (
        r"\bbackground (?:gone|out|away|off|removal|rmv|removed)(?=$|[,;.+&]| and\b| pls\b| please\b|"
        r" then\b)",
        "remove the background",
    ),
    (r"\bknock ?out(?=$|[,;.+&])", "remove the background"),
)
_RULES = tuple((re.compile(pattern, re.I), plain) for pattern, plain in _PLAIN)


def in_plain_words(text: str) -> str:
    """The text with a shop's shorthand written out."""
    for pattern, plain in _RULES:
        text = pattern.sub(plain, text)
    return text
