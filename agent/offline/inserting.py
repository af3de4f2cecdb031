"""Requests that bring something in, and where it goes."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import trim
from agent.offline.nominal import nominal
from agent.offline.normalise import has_quotation
from agent.offline.steps import Step
from agent.offline.toning import level

_RELATION = (
    r"(?:on top of|to the (?:left|right|side) of|(?:on|at|in|to) the (?:left|right|top|bottom|"
    r"back|front|side|other side|edge|middle|cent(?:er|re)|corner|background|"
    r"foreground)(?:[- ]?hand)?(?: (?:side|corner|half|part|edge))?(?: of)?|"
    r"in front of|in back of|in between|next to|close to|adjacent to|all over|all around|in the middle of|in place of|"
    r"onto|on|into|inside|in|to|at|beside|besides|near|by|underneath|under|below|beneath|behind|"
    r"above|over|between|among|around|across|along|against|atop|upon|throughout|within|for|with|"
    r"from|hanging from)"
)


_NOT_A_PLACE = re.compile(
    r"^(?:(?:(?:an?|the) )?(?:red|blue|green|white|black|yellow|pink|purple|orange|brown|gr[ae]y|"
    r"bold|colou?r|suit|dress|uniform|style|hat|tie|costume|coat|robe|the style|shades?|flight|"
    r"bloom|motion|progress|flames|love|all caps|italics?|\w+ font|\w+ style|\w+ letters|"
    r"\w+ colou?r)\b)",
    re.I,
)


_RELATED = re.compile(rf"\s(?P<relation>{_RELATION})(?=\s|$)", re.I)


_TWO_PLACES = re.compile(
    r"^(?P<first>.+? (?:to|on|onto|in|behind|next to|above|under|around|beside) (?:the |his |her |"
    r"my |an? |each )[\w' ]+?),? and (?P<second>(?!the\b)[\w-]+(?: [\w-]+){0,3}? (?:to|on|onto|in|"
    r"behind|next to|above|under|around|beside) .+)$",
    re.I,
)


_EACH_NEW = re.compile(
    r"\s*,\s*(?:and )?(?=(?:an?|some|two|three|four|several|more)\b)|\s+and (?=(?:an?|some|two|"
    r"three|four|several)\b)",
    re.I,
)


_SIMPLE_RELATION = re.compile(r"^(?:to|on|onto|in|into|at|for|inside|with|throughout|within|upon)$", re.I)


_TONE_NOUN = (
    rf"(?:(?:some|a (?:little|bit|touch|lot)(?: (?:bit|more))?(?: of)?|a bit of|a touch of|more|"
    rf"extra|slight(?:ly)?|little|bit of|a|an|the|additional|much|lots of|much more|slightly more|"
    rf"of) )*(?:(?:warm|cool|natural|bright|soft|dramatic|golden|overall|deep|rich) )?{v.QUANTITY}"
)


_SPACE = (
    r"(?:(?:some|a (?:little|bit)(?: more)?|more|extra|additional|an?|empty|blank|white|black|gr[ea]y|bit of|of|"
    r"much|breathing|the|\d+ ?(?:px|pixels|%|percent)(?: of)?|negative|canvas|lots of) )*(?:space|"
    r"room|padding|margins?|canvas|head ?room|sky ?room|area|negative space|breathing room)"
)


def insert(rest: str, verb: str = "add") -> list[Step]:
    """Steps for bringing something in: value the new thing, target where it goes."""
    rest = trim(re.sub(r"^(?:in|back|on)\s+(?=(?:a|an|some|the|more|two|three)\b)", "", rest, flags=re.I))
    if verb in ("decorate", "fill", "equip", "adorn", "dress up", "cover", "top", "caption", "label", "watermark"):
        if match := re.match(r"(.+?) (?:with|in|by adding|as) (.+)$", rest, re.I):
            if p.is_plain_colour(match[2]):
                return [Step("recolor", p.noun_phrase(match[1]), p.colour_words(match[2]))]
            return [Step("insert", p.noun_phrase(match[1]), p.bare(match[2]))]
        if verb in ("caption", "watermark") or has_quotation(rest):
            return [Step("insert", None, p.bare(rest) or "text")]
        if verb == "fill":
            return (
                [Step("outpaint")]
                if re.match(
                    r"(?:in )?(?:the )?(?:missing .+|gaps?|holes?|white (?:area|space|parts?).*|sides|edges|"
                    r"borders|empty|blank|corners)",
                    rest,
                    re.I,
                )
                else []
            )
        return (
            [Step("clarify")]
            if not rest or v.is_image(rest) or v.is_pronoun(rest)
            else [Step("insert", p.noun_phrase(rest), "decorations")]
        )
    if not rest:
        return [Step("clarify")]
    if match := re.match(r"(?:it|them|him|her|that|this)(?: back)?(?: in)?$", rest, re.I):
        return [Step("insert", None, match[0])]
    if both := _TWO_PLACES.match(rest):
        return insert(both["first"], verb) + insert(both["second"], verb)
    several = _EACH_NEW.split(rest)
    if len(several) > 1 and any(place_of(part)[1] for part in several[:-1]) and "between" not in rest:
        return [step for part in several for step in insert(part, verb)]
    what, relation, where = place_of(rest)
    if edits := nominal(what):
        return edits
    special = _insert_special(what, relation, where, rest)
    if special is not None:
        return special
    target = location(relation, where)
    steps = []
    for part in p.coordinated(what):
        thing = counted(part)
        if thing:
            steps.append(Step("insert", target, thing))
    return steps or [Step("clarify")]


def _insert_special(what: str, relation: str, where: str, rest: str) -> list[Step] | None:
    """What "add" governs but is no thing: tone, colour, blur, space, a filter, weather, a background."""
    on = (
        p.noun_phrase(where)
        if where and not re.search(r"background|foreground|top|bottom|left|right|corner", relation)
        else None
    )
    plain = p.bare(what)
    if on and v.is_background(on):
        on = "background"
    if v.full(r"(?:some |more |a bit of |back |the |a )*colou?rs?", what) and relation.lower() in (
        "",
        "to",
        "in",
        "into",
        "back to",
    ):
        if re.match(r"(?:more|some more|a bit more)", what, re.I):
            return [Step("adjust", on, "more saturation")]
        return [Step("restore", on, "colorize")]
    if (
        v.full(_TONE_NOUN, what)
        and not re.search(r"\b(?:a|two|the) lights\b|shadow|texture|\bhighlights\b|glow", what, re.I)
        and not v.full(r"(?:a |some )?lights?", what)
    ):
        return [
            s
            for part in p.coordinated(re.sub(r"^(?:some|more|a bit of|a little|extra)\s+", "", what))
            for s in level(f"{part} of {on}" if on else part, 1, "add")
        ]
    if v.full(rf"(?:{_TONE_NOUN})(?:(?:,| and|, and) {_TONE_NOUN})+", what):
        return [
            s
            for part in p.coordinated(what)
            for s in level(re.sub(r"^(?:more|some|a bit of|a little|a bit more|a touch of|extra) ", "", part), 1, "add")
        ]
    if re.match(
        r"(?:some |a (?:slight |little |bit of |strong |nice )?|more |slight |"
        r"gaussian )*(?:background )?(?:blur|bokeh|depth of field|motion blur|blurr?(?:y|"
        r"iness)?)(?: effects?)?$",
        what,
        re.I,
    ):
        target = on or ("background" if re.search(r"background|bokeh|depth of field", rest, re.I) else None)
        return [Step("blur", target)]
    if (
        (
            match := re.match(
                r"(?:an? )?(?P<how>(?:more |less )?[\w-]+) (?P<np>(?!(?:light|glow|shadow)s?$)[\w' ]+)$", what, re.I
            )
        )
        and not relation
        and v.full(v.TONE, match["how"])
        and re.search(r"er$|^(?:more|less) ", match["how"])
    ):
        from agent.offline.assigning import assign

        return assign(match["np"], match["how"])
    if (
        re.fullmatch(
            r"(?:some |a (?:bit|little|lot) )?(?:more|extra|additional) (?:of the )?(?:sky|ground|floor|grass|"
            r"lawn|water|sea|sand|"
            r"wall|ceiling|foreground|background|street|road|field|table)",
            what,
            re.I,
        )
        and relation
    ):
        return [Step("outpaint", None, f"{relation} {where}".strip())]
    if v.full(_SPACE, what) or (re.match(r"(?:more|extra)\b", what) and v.full(_SPACE, plain)):
        side = f"{relation} {where}".strip()
        return [Step("outpaint", None, side or plain)]
    if re.match(rf"(?:some |a |an |the |more )*(?:[\w-]+ ){{0,4}}?(?:transparent) {v.BACKGROUND}$", what, re.I):
        return [Step("background_remove")]
    if match := re.match(r"(?:an? |some |the |new )*(?P<kind>.+?) (?:back ?ground|backdrop)$", what, re.I):
        return [Step("background_replace", None, p.bare(match["kind"]))]
    if match := re.match(
        r"(?:an? |some |the |more )*(?:(?P<kind>.+?) )?(?:filter|effects?|look|style|vibe|feel|"
        r"aesthetic|grading|mood|atmosphere|ambiance)$",
        what,
        re.I,
    ):
        kind = match["kind"] or f"{where}"
        if on is None or v.full(v.STYLE, kind) or not where:
            return [Step("style", on, p.bare(what))]
        return [Step("insert", on, plain)]
    if v.full(rf"(?:an? |some |more |the )*(?:{v.STYLE})(?: grain)?", what) and not v.full(
        r"(?:a |an |some |the )*(?:poster|sticker|painting|tattoo|graffiti|mosaic|sketch|drawing|"
        r"illustration|emoji|sculpture|neon|postcard|newspaper|magazine|origami|drawings|lego|matrix|"
        r"doodle|miniature|hologram|felt|clay|diorama)s?",
        what,
    ):
        return [Step("style", on, plain)]
    if (
        v.full(
            r"(?:some |a (?:little |bit of )?|more |heavy |light |dense |thick |soft |falling |"
            r"gentle )*(?:snow(?:fall|ing)?|rain(?:fall|ing)?|fog|mist|haze|storm|thunderstorm|blizzard|"
            r"sunset|sunrise|golden hour|night)(?: effects?)?",
            what,
        )
        and on is None
    ):
        return [Step("style", None, plain)]
    if has_quotation(what):
        target = location(relation, where)
        return [Step("insert", target, counted(what) or what)]
    return None


def counted(phrase: str) -> str:
    """A new thing as a value: without "a" and "some", with its number and "more" kept."""
    phrase = re.sub(
        r"\b(?:in|to|into|on|over|right) (?:there|here)$|\b(?:there|here)$", "", phrase.strip(" .,!?"), flags=re.I
    ).strip()
    phrase = re.sub(r"^(?:back|also|in)\s+", "", phrase, flags=re.I)
    return p.bare(
        re.sub(
            r"^(?:a (?:few|couple of|couple|bunch of|lot of|bit of|pair of))\s+",
            lambda m: m[0].split(" ", 1)[1],
            phrase,
            flags=re.I,
        )
    )


def place_of(rest: str) -> tuple[str, str, str]:
    """What is added, by which relation, where ("a hat", "on", "the dog"); relation and place may be empty."""
    start = 0
    while found := _RELATED.search(rest, start):
        where = rest[found.end() :].strip()
        relation = found["relation"].lower()
        what = rest[: found.start()].strip()
        skip = (
            (
                relation in ("in", "with", "for", "from", "by")
                and (_NOT_A_PLACE.match(where) or p.is_plain_colour(where))
            )
            or (relation in ("with", "from") and not v.is_image(where))
            or (relation == "for" and not re.match(r"the |him|her|them|me|my|his", where))
            or (relation == "to" and re.match(r"(?:make|match|fit|be|look|give|show)\b", where))
            or re.search(r"\b(?:looking|pointing|facing|similar|close|next|bowl|piece)$", what)
        )
        if not skip:
            return what, relation, where
        start = found.end()
    return rest, "", ""


def location(relation: str, where: str) -> str | None:
    """Where a new thing goes, as a target: the thing it goes to, with the relation when that matters."""
    relation = relation.strip().lower()
    thing = p.noun_phrase(where) if where else None
    if where and thing is None and re.match(r"(?:on|at|in|to) the ", relation):
        return re.sub(r" of$", "", re.sub(r"^(?:on|at|in|to) (?:the )?", "", relation))
    if not relation or (thing is None and where):
        return None
    if _SIMPLE_RELATION.match(relation):
        return thing
    short = re.sub(r"^(?:on|at|in|to) the |^in$", "", relation)
    return f"{short} {thing}".strip() if thing else short
