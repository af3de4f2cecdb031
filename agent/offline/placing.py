"""Requests that bring things in, move them or change their size."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import trim
from agent.offline.nominal import nominal
from agent.offline.normalise import has_quotation
from agent.offline.steps import Step
from agent.offline.toning import level, split_amount, with_amount

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
    r"(?:(?:some|a (?:little|bit)(?: more)?|more|extra|additional|an?|empty|blank|white|bit of|of|"
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
    phrase = re.sub(r"\b(?:in|to|into|on) there$|\bthere$", "", phrase.strip(" .,!?"), flags=re.I).strip()
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


def put(rest: str) -> list[Step]:
    """Steps for "put": in place of, on a background, into words, a new thing, or a known thing moved."""
    from agent.offline.assigning import assign
    from agent.offline.changing import replace

    rest = trim(rest)
    if match := re.match(
        r"(?P<new>.+?) (?:in place of|instead of|in the place of|where) (?P<old>.+?)(?: (?:is|was|are|were))?$",
        rest,
        re.I,
    ):
        return replace(f"{match['old']} with {match['new']}")
    if re.match(r"(?:it|that|this|them|everything|the .+?) back(?: in)?(?: (?:to|the way|how|where).*)?$", rest, re.I):
        return [Step("undo")]
    if match := re.match(
        r"(?P<what>.+?) (?:on|onto|in|into|against|over|in front of|with|at|before|"
        r"on to) (?P<where>(?:an? |the |some |pure |plain |solid |different |"
        r"new )*(?:[\w#,'-]+ ){0,6}?(?:background|backdrop|bg|setting|surface|scene))$",
        rest,
        re.I,
    ):
        where = p.bare(match["where"])
        if v.full(r"(?:the )?(?:background|foreground|scene)", match["where"]):
            return (
                insert(rest, "put")
                if not _definite(match["what"])
                else [Step("move", p.noun_phrase(match["what"]), f"in {match['where']}")]
            )
        colour = re.sub(r"\s*(?:background|backdrop|bg)$", "", where, flags=re.I)
        if re.search(r"\btransparent\b", colour, re.I):
            return [Step("background_remove")]
        return [Step("background_replace", None, p.bare(colour))]
    if (
        (match := re.match(r"(?P<who>.+?) (?:in|into) (?P<what>(?:an? |some |the )?.+)$", rest, re.I))
        and _definite(match["who"])
        and v.full(rf"(?:[\w'-]+ )*?(?:{v.CLOTHES}|{v.ACCESSORY})(?: (?:of|with|from) .+)?", match["what"])
    ):
        return wear(match["who"], match["what"])
    what, relation, where = place_of(rest)
    if re.search(r"\bon fire$", rest, re.I):
        return [Step("insert", p.noun_phrase(re.sub(r"\s*on fire$", "", rest)), "fire")]
    if relation in ("in", "into", "to") and where and v.full(r"(?:the )?(?:style|form|shape) of .+", where):
        return assign(what, where)
    if (
        where
        and re.match(r"(?:in|on|at|onto|into|inside|to|by|near|under)$", relation)
        and re.fullmatch(rf"(?:an? |the )?(?:\w+ ){{0,3}}?{v.PLACE}(?:\s.*)?", where, re.I)
        and _definite(what)
        and (
            v.is_pronoun(what)
            or re.match(
                r"(?:me|us|the (?:man|woman|dog|cat|car|person|people|bear|product|boy|girl)|this|my)\b", what, re.I
            )
        )
    ):
        return [Step("background_replace", None, p.bare(where))]
    if (
        relation == "behind"
        and re.fullmatch(
            r"me|us|him|her|them|it|the (?:subject|person|people|couple|man|woman|product|dog|cat)", where, re.I
        )
        and (v.found(v.PLACE, what) or v.found(v.WEATHER, what))
    ):
        return [Step("background_replace", None, p.bare(what))]
    if (
        v.is_pronoun(what)
        and relation in ("on", "onto", "against", "over", "in front of")
        and (p.could_be_colour(where) or v.full(v.MATERIAL, p.bare(where)))
    ):
        return [Step("background_replace", None, p.colour_words(where))]
    if re.match(
        r"(?:the (?:full )?(?:moon|sun|stars)|(?:my|our|your|his|her|the) (?:name|logo|brand|initials|"
        r"signature|company|website|caption|title))\b",
        what,
        re.I,
    ):
        return insert(rest, "put")
    if (
        re.match(r"(?:me|us|him|her|them|my \w+|the (?:person|man|woman|couple|product|subject))\b", what, re.I)
        and relation in ("in front of", "at", "in")
        and re.fullmatch(rf"(?:an? |the )?(?:\w+ ){{0,3}}?{v.PLACE}(?:\s.*)?", where, re.I)
    ):
        return [Step("background_replace", None, p.bare(where))]
    if not where and not relation:
        return insert(rest, "put") if not _definite(rest) or has_quotation(rest) else [Step("clarify")]
    if _definite(what) and not has_quotation(what):
        if v.full(rf"(?:the |an? |his |her |my |some )*(?:\w+ )*?{v.WRITING}", what) or re.match(
            r"(?:his|her|the) own", what
        ):
            return insert(rest, "put")
        return [
            Step(
                "move",
                p.noun_phrase(what) or what,
                f"{relation} {p.bare(where)}".strip()
                if not relation.startswith(("on the", "in the", "at the", "to the"))
                else f"{relation} {where}".strip(),
            )
        ]
    return insert(rest, "put")


def _definite(phrase: str) -> bool:
    return bool(
        re.match(
            r"(?:the|this|that|these|those|it|him|her|them|his|their|my|our|your|everything|me|us)\b",
            phrase.strip(),
            re.I,
        )
    )


def give(rest: str) -> list[Step]:
    """Steps for "give X a Y": accessories come in, colours and garments change, looks are styles."""

    rest = trim(rest)
    if match := re.match(r"(?:me|us) (?P<what>.+?) in (?P<colours>.+)$", rest, re.I):
        colours = p.colour_list(match["colours"]) or (
            [match["colours"]] if p.is_plain_colour(match["colours"]) else None
        )
        if colours:
            return [
                Step("recolor", p.bare(re.sub(r"^the same ", "", match["what"])), p.colour_words(c)) for c in colours
            ]
    if (
        match := re.match(
            r"(?P<what>(?:an? |some |the )?.+?) to (?P<who>the .+|him|her|them|it|this|my .+)$", rest, re.I
        )
    ) and re.match(r"(?:an?|some)\b", match["what"]):
        return [Step("insert", p.noun_phrase(match["who"]), counted(match["what"]))]
    several = re.split(r",? and (?=(?:the|him|her|his|my|them|it) )", rest)
    if len(several) > 1:
        return [step for part in several for step in give(part)]
    if pronoun := re.match(r"(?P<who>it|him|them|me|us|everyone|everybody) (?P<what>.+)$", rest, re.I):
        return given(pronoun["who"], pronoun["what"])
    match = re.match(
        r"(?P<who>it|him|her|them|this|that|me|us|everyone|everybody|(?:(?:the|my|his|our|their|all|"
        r"both|every|each|that|this|these|those) )?(?!the\b)[\w'-]+(?: [\w'-]+)*?) (?P<what>(?:an?|"
        r"some|more|two|three|four|the|no|less|another|his|her|their|bigger|longer|shorter|smaller|"
        r"larger|blonde?|curly|wings?|back|(?:sun)?glasses|(?:\w+ ){0,2}(?:eyes|hair|skin|shoes|teeth|"
        r"legs|ears|makeup|clothes|wings|tails?|horns|stripes|spots|hats?|shirt|lips|background))\b.*|"
        r"[\w-]+)$",
        rest,
        re.I,
    )
    if match is None:
        return []
    return given(match["who"], match["what"])


def given(who: str, what: str) -> list[Step]:
    """Steps for somebody or something getting something."""
    from agent.offline.assigning import assign

    plain = p.bare(what)
    target = p.noun_phrase(who)
    whole = target is None or v.is_pronoun(who)
    if re.search(r"\bbackground$|\bbackdrop$", plain, re.I):
        kind = re.sub(r"\s*\b(?:colou?red )?(?:background|backdrop)$", "", plain, flags=re.I)
        return (
            [Step("background_remove")]
            if re.search(r"transparent", kind)
            else [Step("background_replace", None, kind or None)]
        )
    if match := re.match(rf"(?:more |a bit more |some |a little |extra |less )+{v.QUANTITY}$", what, re.I):
        return level(
            f"{re.sub(r'^(?:a bit more|a little|more|some|extra|less) ', '', what)}"
            + (f" of {who}" if target and not v.is_pronoun(who) else ""),
            -1 if what.startswith("less") else 1,
        )
    if match := re.match(rf"(?P<kind>.+?) {v.STYLE_NOUN}$", plain, re.I):  # noqa: SIM102
        if whole or v.full(v.STYLE, match["kind"]):
            return [Step("style", target if target and not v.is_pronoun(target) else None, plain)]
    if v.full(rf"(?:\w+ )*?(?:{v.STYLE}|{v.WEATHER})", plain) and whole and not v.full(r".*(?:glasses|hat)", plain):
        return [Step("style", None, plain)]
    if match := re.match(  # noqa: SIM102
        r"(?P<colour>.+?) (?P<part>hair|eyes|skin|lips|teeth|fur|feathers|shoes|paint(?: job)?|shirt|"
        r"dress|nails|colou?r|coat of paint|tone|hue|tint|wings|highlights|finish)$",
        plain,
        re.I,
    ):
        if p.is_plain_colour(match["colour"]) or match["colour"].lower() in ("blonde", "blond", "brunette"):
            if re.match(r"paint|colou?r|coat|finish", match["part"]):
                return [Step("recolor", target or who, p.colour_words(match["colour"]))]
            if re.match(r"tone|hue|tint", match["part"]):
                return [Step("adjust", target if not v.is_pronoun(who) else None, plain)]
            if match["part"] in ("hair", "eyes", "skin", "lips", "teeth", "fur", "nails", "feathers"):
                return [Step("recolor", owned(target, match["part"]), match["colour"])]
    if v.full(rf"(?:[\w-]+ )*?{v.CLOTHES}", plain) and not v.full(rf"(?:[\w-]+ )*?{v.ACCESSORY}", plain):
        return [Step("replace", owned(target, "clothes"), plain)]
    if v.full(r"(?:[\w-]+ )*(?:smile|grin|frown|wink|expression|look|pose|facelift|haircut|hairstyle|tan)", plain):
        return [Step("other", target, plain)]
    if v.full(r"(?:[\w-]+ )*(?:outline|border|frame|shadow|drop shadow|glow|reflection)", plain):
        return [Step("insert", target, plain)]
    if v.full(rf"{v.DEGREE}(?:{v.SIZE}) .+", plain):
        return [
            Step(
                "resize_object",
                f"{target}'s {plain.split()[-1]}" if target else plain.split()[-1],
                plain.rsplit(" ", 1)[0],
            )
        ]
    if re.match(r"(?:me|us)$", who, re.I):
        return assign("image", what) if v.full(v.STYLE, plain) else [Step("insert", None, counted(what))]
    return [Step("insert", target, counted(part)) for part in p.coordinated(what)]


def wear(who: str, what: str) -> list[Step]:
    """Steps for somebody wearing something: accessories come in, garments replace garments."""
    target = p.noun_phrase(re.sub(r"\s+(?:be|is|are|to)$", "", who)) or None
    steps = []
    for part in p.coordinated(trim(what)):
        thing = counted(part)
        if re.search(r"\binstead of\b", part):
            new, old = re.split(r"\s+instead of\s+", part, maxsplit=1)
            steps.append(Step("replace", p.bare(old), p.bare(new)))
        elif v.full(rf"(?:[\w'#-]+ )*?{v.ACCESSORY}(?:\s(?:on|of|with|around)\b.*)?", thing):
            steps.append(Step("insert", target, thing))
        else:
            steps.append(Step("replace", owned(target, "clothes"), thing))
    return steps


def owned(owner: str | None, part: str) -> str:
    """A part as its owner's: "man's hair", "her hair", or just "hair"."""
    if owner is None or v.is_pronoun(owner) or re.fullmatch(r"me|us|everyone", owner, re.I):
        pronouns = {
            "him": "his",
            "he": "his",
            "her": "her",
            "she": "her",
            "them": "their",
            "they": "their",
            "me": "my",
            "us": "our",
        }
        return f"{pronouns[owner.lower()]} {part}" if owner and owner.lower() in pronouns else part
    return f"{owner}'s {part}"


def move(rest: str, verb: str = "move") -> list[Step]:
    """Steps for putting a thing of the picture elsewhere in it."""
    rest = trim(rest)
    if re.match(r"cent(?:er|re)|recent(?:er|re)", verb):
        thing = re.sub(r"\s*(?:in|within) the (?:frame|middle|cent(?:er|re)|shot)$", "", rest, flags=re.I)
        return [Step("move", p.noun_phrase(thing), "center")]
    if re.fullmatch(
        r"arms?|hands?|legs?|heads?|chin|eyebrows?|fingers?|tail|wings?|foot|feet|paws?|fists?|thumbs?|ears?",
        p.head(rest),
    ) and verb in ("raise", "lower", "lift", "push", "pull", "bring"):
        return [Step("other", p.noun_phrase(rest), f"{verb}d" if verb == "raise" else f"{verb}ed")]
    if match := re.match(rf"(?P<what>.+?),? (?P<where>{v.POSITION})$", rest, re.I):
        return [Step("move", p.noun_phrase(part) or part, match["where"]) for part in p.coordinated(match["what"])]
    what, relation, where = place_of(rest)
    if relation:
        return [Step("move", p.noun_phrase(what) or what, f"{relation} {p.bare(where)}".strip())]
    if match := re.match(rf"(?P<where>{v.POSITION}) (?P<what>the .+|it|him|her|them)$", rest, re.I):
        return [Step("move", p.noun_phrase(match["what"]), match["where"])]
    if re.match(r"(?:the )?positions? of|places? of", rest, re.I) or verb == "rearrange":
        return [
            Step("move", p.noun_phrase(re.sub(r"^(?:the )?(?:positions?|places?) of ", "", rest)), "swap positions")
        ]
    return [Step("clarify", p.noun_phrase(rest))] if rest else [Step("clarify")]


def resize(rest: str, verb: str) -> list[Step]:
    """Steps for the size of a thing; the size of the whole picture is an export wish."""
    rest = trim(rest)
    rest = re.sub(r"^(?:up|down|out)\s+", "", rest)
    if match := re.match(  # noqa: SIM102
        r"(?:(?P<what>.*?)\s*\b)?(?:to|into|at|as)?\s*(?P<size>\d{2,5}\s*(?:px|pixels)?\s*(?:x|×|by|"
        r"\*)\s*\d{2,5}(?:\s*(?:px|pixels))?|\d{3,5}\s*(?:px|pixels)(?: wide| high| tall)?|"
        r"(?:full )?hd|4k|8k|\d+ ?(?:kb|mb|dpi|inch(?:es)?|cm|mm))(?: .*)?$",
        rest,
        re.I,
    ):
        if not match["what"] or v.is_image(match["what"]) or v.is_pronoun(match["what"]):
            return [Step("other", None, f"resize to {match['size']}")]
    rest, amount = split_amount(rest)
    if turned := re.search(r"\s+(up|down|in|out)$", rest):
        rest, verb = rest[: turned.start()], f"{verb} {turned[1]}"
    smaller = re.match(r"shrink|scale down|minify|downsize|slim|thin|shorten|squash|compress|narrow", verb)
    word = {
        "slim": "slimmer",
        "slim down": "slimmer",
        "thin": "thinner",
        "thin out": "thinner",
        "elongate": "longer",
        "lengthen": "longer",
        "shorten": "shorter",
        "fatten": "fatter",
        "thicken": "thicker",
        "narrow": "narrower",
        "widen": "wider",
        "stretch": "stretched",
        "bulk up": "more muscular",
        "beef up": "more muscular",
    }.get(verb, "smaller" if smaller else "larger")
    if match := re.match(
        rf"(?P<what>.+?) (?:to (?:be )?|so (?:that )?(?:it|they) (?:is|are) |"
        rf"until .+? )?(?P<how>(?:{v.DEGREE})(?:{v.SIZE}|(?:the )?(?:same )?size .+|half|double|"
        rf"twice .+|\w+ times .+|\d.*|fit .+|match .+))$",
        rest,
        re.I,
    ):
        rest, word = match["what"], match["how"]
    if not rest:
        return [Step("resize_object", None, with_amount(word, amount))]
    if v.is_image(p.without_image(rest)):
        if verb in ("enlarge", "scale up", "upsize", "blow up", "magnify", "supersize"):
            return [Step("restore", None, "upscale")]
        return [Step("other", None, f"resize {with_amount(word, amount)}")]
    if re.match(r"(?:the )?(?:background|canvas|borders?|frame|edges)", rest, re.I) and not smaller:
        return [Step("outpaint", None, p.bare(rest))]
    return [Step("resize_object", p.noun_phrase(part), with_amount(word, amount)) for part in p.coordinated(rest)]
