"""Requests that take something from another picture: "put the lamp from the second picture on the table"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.inserting import location, place_of
from agent.offline.steps import Step
from tools.edits.attached import PICTURE, spoken_of

_PUT = (
    r"(?:put|place|add|insert|paste|stick|drop|set|bring|bring in|copy|include|draw|hang|attach|import|photoshop|edit|"
    r"stand|lay|print|overlay|superimpose|composite|blend|move|take|get|slap|mount|position|sit|have|i want|"
    r"show)(?: in)?"
)
_DEFINITE = r"(?:the|this|that|these|those|my|our)"
_MATERIAL = re.compile(
    r"\b(?:fabrics?|cloth|materials?|textures?|patterns?|wood|marble|leather|stones?|bricks?|tiles?|wallpaper|carpet|"
    r"velvet|denim|metal|fur|finish|upholstery|concrete|gravel|linen|wool|silk|plaid|tartan|weave|knit|parquet)$",
    re.IGNORECASE,
)
_THING = rf"(?P<thing>(?:(?!{PICTURE}).)*?)"
_TAKE_AND_PUT = re.compile(
    rf"^(?P<lead>.*?)\b(?:take|grab|get|copy|cut(?: out)?|pick|use|extract|"
    rf"lift)(?: out)? (?P<what>[^,;]*?{PICTURE})[,;]?"
    r"(?: and| then| and then) (?P<put>put|place|paste|add|insert|set|stick|drop) (?:it|them|him|her|"
    r"that)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_FORMS = (
    # the background first: what lies behind everything is no thing that is put somewhere
    (
        "background",
        rf"(?:use|set|make|put|take|have|i want) {_THING}\s*{PICTURE}(?: in| for)?(?: as| to be| into| for| behind)?"
        r"(?: (?:the|a|my|our))?(?: new)?(?: back ?(?:ground|drop)| behind (?:.+))",
    ),
    (
        "background",
        r"(?:replace|change|swap|exchange|set|make|turn)(?: out)? (?:the |my |this )?back ?(?:ground|drop)"
        rf"(?: (?:with|by|to|into|for|from))? {_THING}\s*{PICTURE}",
    ),
    (
        "background",
        r"(?:put|place|move|set|have|show) (?:it|him|her|them|me|us) (?:in front of|before|against|into|inside|"
        r"in|at|on|to) "
        rf"{_THING}\s*{PICTURE}",
    ),
    (
        "replace",
        r"(?:replace|swap|exchange|substitute|switch|change|turn)(?: out)? (?P<old>.+?) "
        rf"(?:with|by|for|to|into) {_THING}\s*{PICTURE}",
    ),
    ("cover", rf"(?:give) (?P<old>.+?) (?=(?:the|a|an|some|that|this)\b){_THING}\s*{PICTURE}"),
    (
        "cover",
        r"(?:cover|wrap|dress|upholster|texture|paint|fill|tile|clad|decorate|redo|reupholster)(?: up)? (?P<old>.+?) "
        rf"(?:with|in|using|by) {_THING}\s*{PICTURE}",
    ),
    ("cover", rf"make (?P<old>.+?) (?:look like|out of|from|of|into|like|have|in|match) {_THING}\s*{PICTURE}"),
    (
        "cover",
        rf"(?:use|apply|take|put|lay|transfer|copy) {_THING}\s*{PICTURE} (?:for|on|onto|to|over|across) (?P<old>.+)",
    ),
)
_COMPILED = tuple((kind, re.compile(rf"^{form}$", re.IGNORECASE)) for kind, form in _FORMS)
_PUT_SOMETHING = re.compile(rf"^{_PUT} {_THING}\s*{PICTURE}(?P<place>.*)$", re.IGNORECASE)
_PUT_AT = re.compile(rf"^{_PUT} {_THING} (?P<place>(?:on|onto|in|into|next to|beside|behind|at|over) .+?)\s*{PICTURE}$")


def in_one_clause(text: str) -> str:
    """ "Take the lamp from picture 2 and put it on the table" as one wish."""
    told = spoken_of(text)
    if told is None:
        return text
    marked, said = told
    match = _TAKE_AND_PUT.match(marked)
    if match is None:
        return text
    what = match["what"].replace(PICTURE, f"from the {said}" if not re.search(r"\d|\.", said) else f"from {said}")
    return f"{match['lead']}{match['put']} {what}{match['rest']}"


def with_attachment(text: str) -> str:
    """What a message means that came with a picture and does not speak of it: "put this logo on the mug"."""
    if spoken_of(text) is not None:
        return text
    return re.sub(
        rf"^(?P<verb>(?:please |can you |could you )?{_PUT}) (?P<thing>{_DEFINITE} (?:[\w'-]+ ){{0,3}}?[\w'-]+)"
        r"(?= (?:on|onto|in|into|to|at|over|next|beside|behind|near|here|there|under|above)\b|$)",
        lambda found: f"{found['verb']} {found['thing']} from the attached picture",
        text,
        count=1,
        flags=re.IGNORECASE,
    )


def taken(clause: str) -> list[Step]:
    """The steps of a clause that takes something from another picture; none for any other clause."""
    told = spoken_of(clause)
    if told is None:
        return []
    marked, said = told
    marked = re.sub(r"\s+", " ", marked).strip(" ,.!?")
    for kind, pattern in _COMPILED:
        match = pattern.match(marked)
        if match is None:
            continue
        thing = _named(match["thing"])
        if kind == "background":
            return [Step("background_replace", None, _value(thing, said))]
        old = p.noun_phrase(match["old"])
        if not old:
            continue
        if v.is_background(old):
            return [Step("background_replace", None, _value(thing, said))]
        if kind == "replace":
            return [Step("replace", old, _value(thing, said))]
        if thing and _MATERIAL.search(thing):
            return [Step("replace", old, _value(thing, said))]
        if marked.lower().startswith(("give ", "use ", "apply ", "put ", "lay ", "copy ", "take ")):
            return [Step("insert", old, _value(thing, said))]
    match = _PUT_SOMETHING.match(marked) or _PUT_AT.match(marked)
    # "add a cat to the other photo" is a wish for that photo, not something from it
    if match and not re.search(r"\b(?:to|into|onto)$", match["thing"], re.IGNORECASE):
        _, relation, where = place_of(f"thing {match['place'].strip()}") if match["place"].strip() else ("", "", "")
        here = re.fullmatch(r"\s*(?:right |over |in )?(?:here|there)\s*", match["place"], re.IGNORECASE)
        target = "this" if here else location(relation, where)
        return [Step("insert", target, _value(_named(match["thing"]), said))]
    return []


def _named(thing: str | None) -> str | None:
    """A thing's name without article; None where only the picture was named."""
    bare = p.bare((thing or "").strip(" ,")) if (thing or "").strip(" ,") else ""
    return bare or None


def _value(thing: str | None, said: str) -> str:
    article = "" if re.search(r"\d|\.", said) else "the "
    return said if thing is None else f"{thing} from {article}{said}"
