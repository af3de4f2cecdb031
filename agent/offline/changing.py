"""Requests that make one thing become another: "change X to Y", "replace X with Y", "make X Y", "paint X Y"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.assigning import assign
from agent.offline.dressing import given, wear
from agent.offline.erasing import trim
from agent.offline.framing import RATIO
from agent.offline.inserting import insert
from agent.offline.miscoloured import unknown_colour
from agent.offline.moving import move, resize
from agent.offline.normalise import has_quotation
from agent.offline.replacing import replace
from agent.offline.steps import Step

_TO = re.compile(
    r"\s+(?:to be(?:come)?|to have|to look like|to look|to say|to read|into being|into|to|with|"
    r"for|as|→|->|=>|by|in to)\s+",
    re.I,
)
_BEFORE_TO = re.compile(
    r"\b(?:next|close|closest|nearest|attached|similar|due|according|opposite|adjacent|connected|"
    r"belonging|up|leading|closer|the same|identical|sitting next|standing next|pointing|talking|"
    r"listening)$",
    re.I,
)
_LOOK = re.compile(
    r"^(?P<what>.+?)\s+(?:look(?:s|ing)? like|look(?:s|ing)? as if|look(?:s|ing)?|"
    r"appear(?:s)?(?: to be| like| as)?|seem(?:s)?(?: like| to be)?|become|turn into|turned into|"
    r"into|be(?: made (?:of|from|out of))?|made (?:of|from|out of)|feel(?: like| more like)?|"
    r"to be|to look(?: like)?|to|resemble|out of|like)\s+(?P<how>.+)$",
    re.I,
)


_HAIR = re.compile(
    r"(?P<what>.*\bhair) (?P<how>(?:[a-z]+ )?(?:blonde?|brunette|ginger|platinum|auburn|raven|chestnut))$",
    re.IGNORECASE,
)


def change(rest: str, verb: str = "change") -> list[Step]:
    """Steps for "change X to Y" and its kin, also for several pairs in one breath."""
    rest = trim(rest)
    rest = re.sub(r"^(?:up|out|the way)\s+(?=the)", "", rest)
    if not rest:
        return [Step("clarify")]
    if verb == "turn" and (
        match := re.match(
            r"(?P<what>.*?)\b(?P<way>-?\d+\s*(?:°|degrees?|deg)\b.*|upside[- ]?down|sideways|clockwise|"
            r"counter.*|around|(?:to the )?(?:left|right)(?: by .*)?)$",
            rest,
            re.I,
        )
    ):
        from agent.offline.framing import rotate

        if match["way"].lower() == "around" and match["what"].strip() and not v.is_image(match["what"]):
            return [Step("other", p.noun_phrase(match["what"]), "turned around")]
        return rotate(rest, "rotate")
    if verb == "turn" and (
        match := re.match(r"(?P<switch>on|off) (?P<what>.+)$|(?P<what2>.+) (?P<switch2>on|off)$", rest, re.I)
    ):
        return [Step("other", p.noun_phrase(match["what"] or match["what2"]), match["switch"] or match["switch2"])]
    if match := re.match(r"(?P<old>.+?) from (?P<was>.+?) (?:to|into) (?P<new>.+)$", rest, re.I):
        if has_quotation(match["was"]):
            return [Step("replace", match["was"], match["new"])]
        return assign(match["old"], match["new"])
    if match := re.match(r"from (?P<old>.+?) (?:to|into) (?P<new>.+)$", rest, re.I):
        return assign(
            match["old"] if not v.full(v.BLACK_WHITE + "|day|summer|winter|night|colou?r", match["old"]) else "image",
            match["new"],
        )
    pairs = _pairs(rest)
    if pairs:
        return [step for old, new in pairs for step in assign(old, new)]
    if re.match(r"(?:to|into) ", rest, re.I):
        return assign("image", re.sub(r"^(?:to|into) ", "", rest, flags=re.I))
    if verb in ("turn", "render", "keep", "set") and not re.search(r"\bfor\b", rest) and (made := make(rest)):
        return made
    if (made := _made(rest)) and made[0].op != "replace":
        return made
    if p.is_plain_colour(rest):
        return [Step("recolor", "it", p.colour_words(rest))]
    target = p.noun_phrase(rest)
    return [
        Step(
            "clarify",
            target if target and not re.fullmatch(r"colou?rs?|style|background|it|something", target) else None,
        )
    ]


def _pairs(rest: str) -> list[tuple[str, str]]:
    """The (X, Y) pairs of "X to Y and Z to W"."""
    match = _split_to(rest)
    if match is None:
        return []
    old, new = match
    for joint in re.finditer(r"\s*,? and (?:also )?(?:change )?|\s*, ", new):
        tail = new[joint.end() :]
        again = _split_to(tail)
        if again and (re.match(r"(?:the|his|her|its|their|my|a|all)\b", tail) or p.is_plain_colour(again[1])):
            return [(old, new[: joint.start()]), *_pairs(tail)]
    return [(old, new)]


def _split_to(text: str) -> tuple[str, str] | None:
    for strong in (True, False):
        for match in _TO.finditer(text):
            word = match[0].strip().lower()
            if strong and word in ("with", "for", "as", "by"):
                continue
            before, after = text[: match.start()].strip(), text[match.end() :].strip()
            if before and after and not _BEFORE_TO.search(before):
                if word == "for":
                    continue
                return before, ("as " if word == "as" else "") + after
    return None


def make(rest: str, verb: str = "make") -> list[Step]:
    """Steps for "make X (look) Y", for several pairs ("A red and B blue") too."""
    rest = trim(rest)
    if not rest:
        return [Step("clarify")]
    if match := re.match(
        r"(?:it )?so (?:that )?(?P<clause>.+)$|(?:it )?(?:look )?(?:like|as if|"
        r"as though) (?P<as>(?:he|she|they|it|there|the .+?) (?:is|are|was|were|has|have)\b.+)$",
        rest,
        re.I,
    ):
        from agent.offline.frames import parse_clause

        inner = match["clause"] or match["as"]
        steps = parse_clause(
            re.sub(r"^(it|he|she|they|there|the .+?) (?:is|are|was|were)\b", r"\1 should be", inner, flags=re.I)
        )
        if steps:
            return steps
    if framed := re.fullmatch(
        rf"an? (?:\w+ )?(?P<ratio>{RATIO})(?: (?:thumbnail|crop|image|photo|format|icon|cover|header|"
        rf"picture))?(?: \d+ ?x ?\d+)?",
        rest,
        re.I,
    ):
        return [Step("crop", None, framed["ratio"])]
    if (
        verb in ("have", "get")
        and re.match(r"(?:an?|some|more|two|three|another) ", rest)
        and not p.colour_suffix(rest)
    ):
        return insert(rest)
    if exchanged := re.match(
        r".+? (?:hold(?:ing)?|wear(?:ing)?|have|eat(?:ing)?|drink(?:ing)?|rid(?:e|ing)|"
        r"carry(?:ing)?) (?P<new>.+?) (?:instead of|rather than|in place of) (?P<old>(?:an?|the|his|"
        r"her|their) .+)$",
        rest,
        re.I,
    ):
        return replace(f"{exchanged['old']} with {exchanged['new']}")
    rest = re.sub(r"\s+(?:instead of|rather than) (?:[\w-]+ ?){1,3}$", "", rest)
    joints = [
        joint
        for joint in re.finditer(r"\s*,? and |\s*, ", rest)
        if not re.search(r"\bbetween\b(?!.*\band\b)", rest[: joint.start()])
    ]
    for joint in joints:
        left, right = rest[: joint.start()], re.sub(r"^(?:make |have |the same with )", "", rest[joint.end() :])
        if re.match(r"(?:(?:the|his|her|its|their|my|all|that|this|a) )", right) or p.colour_suffix(right):
            first, second = _made(left), _made(right)
            if (
                not first
                or not second
                or first[0].op == "clarify"
                or (p.is_plain_colour(right) and " " not in right.strip())
            ):
                continue
            if not first[0].op == second[0].op == "replace":
                return make(left) + make(right)
    if re.fullmatch(
        r"(?:(?:dark|light|bright|pale|deep|navy|royal|pure|off|matte)[- ])?[\w#-]+", rest
    ) and p.is_plain_colour(rest):
        return [Step("recolor", "it", p.colour_words(rest))]
    steps = _made(rest)
    if not steps and joints:
        joint = joints[0]
        steps = _made(rest[: joint.start()])
        if steps:
            tail = rest[joint.end() :]
            more = assign(steps[-1].target or "image", tail)
            return steps + [step for step in more if step.op not in ("clarify", "replace")]
    if not steps and (meant := unknown_colour(rest)):
        return [Step("recolor", p.noun_phrase(meant[0]), meant[1])]
    return steps or [Step("clarify", p.noun_phrase(rest))]


_MARKED = re.compile(r"(?P<first>.+?) with (?P<detail>an? [\w-]+ [\w' -]+)$", re.I)
_COVERED = re.compile(
    r"(?P<what>.+?) (?:be |look |to be |being )*(?:completely |fully |all |lightly |partly )?(?:covered|buried|"
    r"blanketed|"
    r"decorated|sprinkled|topped|overgrown|drenched|filled|surrounded) (?:in|with|by|under) (?P<cover>.+)$",
    re.I,
)
_NP = r"(?:(?:the|this|that|these|those|my|his|her|their|our|its|all|all the|both|every|each|a|an|one of the) )?"
_STATES = (
    rf"(?P<how>{v.DEGREE}(?:{v.BLACK_WHITE}|{v.BLURRED}|{v.QUALITY}|{v.TONE}|{v.SIZE}|transparent|"
    rf"see[- ]through|{v.WEATHER}|{v.GONE}|{v.STYLE}|{v.MATERIAL}|{v.POSE}|{v.BLURRED}|open|closed|"
    rf"realistic|upside[- ]down|level|straight|symmetrical|centered|centred|same colou?r as .+|"
    rf"match .+|(?:more|less|too|not so|not as|not) [\w-]+)(?: (?:than|as|like) .+)?)"
)


def _made(rest: str) -> list[Step]:
    """The steps of one "make" phrase; empty when no new state is found in it."""
    if hair := _HAIR.match(rest):
        return [Step("recolor", p.noun_phrase(hair["what"]), hair["how"])]
    if match := re.match(
        r"(?P<what>(?:the |this |my |our )?(?:image|photo|picture|scene|pic|photograph|shot)(?![\w'])|"
        r"it|(?:this|that)(?! [\w-]+ (?:look|be|wear|have|hold|appear|seem|smile|into|like|more|less|"
        r"[a-z]+er)\b)|everything(?! (?:except|but|else|apart))|everyone(?! (?:except|but|"
        r"else)))(?P<of>(?: of (?:my |the |a |our )?\w+(?= (?:not|less|more|look|brighter|darker|"
        r"clearer|sharper)\b))?) (?!photo\b|image\b|picture\b|pic\b|shot\b|of\b|in\b|on\b|with\b|"
        r"from\b|wear|have\b|has\b|look|appear|seem|be\b|into\b|like\b|to\b|disappear)(?P<how>.+)$",
        rest,
        re.I,
    ):
        return assign(match["what"], match["how"])
    if match := re.match(
        r"(?P<who>.+?) (?:be )?(?:wear(?:ing)?|dressed (?:in|as)|put on|have on) (?P<what>.+)$", rest, re.I
    ):
        return wear(match["who"], match["what"])
    if match := re.match(
        r"(?P<who>.+?) (?:be )?(?:hold(?:ing)?|carry(?:ing)?|clutch(?:ing)?|"
        r"grip(?:ping)?) (?P<what>(?!hands\b).+)$",
        rest,
        re.I,
    ):
        return [
            Step("insert", p.noun_phrase(match["who"]), p.bare(part)) for part in p.coordinated(trim(match["what"]))
        ]
    if (marked := _MARKED.match(rest)) and (coloured := p.colour_suffix(marked["first"])):
        return [Step("recolor", p.noun_phrase(coloured[0]), f"{coloured[1]} with {p.bare(marked['detail'])}")]
    if match := _COVERED.match(rest):
        thing, cover = p.noun_phrase(match["what"]), p.bare(match["cover"])
        if v.full(rf"(?:\w+ )*{v.WEATHER}|(?:\w+ )*(?:ice|frost)", cover):
            return [Step("style", thing, f"covered in {cover}")]
        return [Step("insert", thing, cover)]
    if match := re.match(r"(?P<what>.+?) (?:say|read|spell)s? (?P<how>Qtxt\d+z.*)$", rest, re.I):
        return [Step("replace", p.noun_phrase(match["what"]), p.bare(match["how"]))]
    if match := re.match(r"(?:there )(?:be )?(?P<what>.+)$", rest, re.I):
        return insert(match["what"])
    if match := re.match(r"(?P<who>.+?) have (?P<what>.+)$", rest, re.I):
        return given(match["who"], match["what"])
    if match := _LOOK.match(rest):
        how = match["how"]
        if not re.match(r"(?:the )?(?:left|right|next)\b", how) and not (
            match[0].split(how)[0].rstrip().lower().endswith(" to") and _BEFORE_TO.search(match["what"])
        ):
            if re.search(r"look(?:ing|s)?$|appear$|look$", rest[: match.start("how")].strip(), re.I) and re.match(
                r"(?:at|to|up|down|away|left|right|straight|towards?|into|over)\b", how, re.I
            ):
                return [Step("other", p.noun_phrase(match["what"]), f"look {how}")]
            return assign(match["what"], how)
    if match := re.match(
        r"(?P<what>(?:(?:the|his|her|their|my|this|that|its|our) )?[\w'-]+(?: [\w'-]+)?|him|her|them|me|us) "
        r"(?P<how>sit|stand|lie|kneel|jump|run|walk|dance|fly|swim|smile|wave|wink|laugh|cry|sleep|"
        r"lean|climb|crouch|stare|gaze|point|hug|kiss|chase|bark|play|sing)"
        r"(?P<tail> (?:on|in|at|to|into|over|under|with|towards?|up|down|against|by|near|next|behind|"
        r"the|a|his|her|each|for|like)\b.*)$",
        rest,
        re.I,
    ):
        return [Step("other", p.noun_phrase(match["what"]), f"{match['how']}{match['tail']}")]
    if (
        (
            match := re.match(
                r"(?P<first>.+?),? (?:with|and) (?P<colour>[\w-]+(?: [\w-]+)?) (?P<part>[\w-]+)$", rest, re.I
            )
        )
        and p.is_plain_colour(match["colour"])
        and (first := p.colour_suffix(match["first"]))
    ):
        return [*assign(*first), Step("recolor", match["part"], match["colour"])]
    if suffix := p.colour_suffix(rest):
        thing = re.sub(r"\s+(?:in|to|into|all|be|completely|a|an|the color)$", "", suffix[0])
        if not re.fullmatch(r"(?:an?|the|more|less|some)", thing.strip(), re.I):
            return assign(thing, suffix[1])
    if match := re.match(rf"(?P<what>(?!an? ).+?) {_STATES}$", rest, re.I):
        states = match["how"]
        what = match["what"]
        if joined := re.match(
            rf"(?P<first>(?!(?:the|an?|his|her|my|their|its|this|that) (?:light|cool|dark|deep|flat|pop|"
            rf"shine)\b).+?) (?P<state>{v.DEGREE}(?:{v.TONE}|{v.SIZE}|{v.QUALITY}|{v.BLURRED})),?(?: and)?$",
            what,
            re.I,
        ):
            return assign(joined["first"], joined["state"]) + assign(joined["first"], states)
        if not re.fullmatch(r"(?:an?|the|more|less)", what.strip(), re.I):
            return assign(what, states)
    if match := re.match(rf"(?P<what>{_NP}[\w' -]+?) (?P<how>(?:an?|into|like|as) .+)$", rest, re.I):
        return assign(match["what"], match["how"])
    if match := re.match(
        r"(?P<what>it|him|her|them|this|that|everything|everyone|(?:the )?(?:image|photo|picture|"
        r"background|scene)) (?P<how>.+)$",
        rest,
        re.I,
    ):
        return assign(match["what"], match["how"])
    if match := re.match(
        rf"(?P<what>{_NP}[\w'-]+(?: [\w'-]+)?) (?P<how>{v.POSE}\b.*|(?:[a-z]+ing|not|with|in|at|on|to)\b.*)$",
        rest,
        re.I,
    ):
        return assign(match["what"], match["how"])
    if match := re.match(
        r"(?P<what>(?:the|his|her|their|my|this|that|its|our) [\w' -]+?|him|her|them|me|"
        r"us) (?P<how>melt|explode|bloom|burn|fall|float|rust|rot|wilt|collapse|"
        r"freeze|evaporate|sink|break|crack|shatter|bounce|boil|drown|grow|age|bleed|sneeze|gallop|"
        r"trot|leap|crawl|swing|skate|surf|blossom|drip|overflow|spill|meow|growl|roar|howl|"
        r"hop|hover|glide|dive|nod|clap|salute|blush|pose|rise|set|wake up|"
        r"fall over|tip over|fall down|take off|catch fire|burst)(?P<tail> .*)?$",
        rest,
        re.I,
    ):
        return [Step("other", p.noun_phrase(match["what"]), f"{match['how']}{match['tail'] or ''}")]
    if match := re.match(r"(?:an? |some )(?:\w+ )*?(?:copy|duplicate|backup)(?: .*)?$", rest, re.I):
        return [Step("other", None, "copy")]
    if re.match(r"(?:an?|some|more|another|two|three) ", rest, re.I):
        return insert(rest)
    if match := re.match(
        r"(?P<how>bigger|larger|smaller|brighter|darker|lighter|sharper|clearer|transparent|white|black) (?P<what>.+)$",
        rest,
        re.I,
    ):
        return assign(match["what"], match["how"])
    if match := re.match(
        r"(?P<what>(?:the|his|her|their|my|this|that) [\w'-]+(?: [\w'-]+)*?|him|her|them|me|"
        r"us) (?P<how>[\w-]+(?:y|ed|en|ish|ful|less|ous|ive|ic|ing|er|ble|al|ld|nt|et|pe|pt|ad|old|"
        r"alive|bald|naked|square|round|oval|hexagonal))$",
        rest,
        re.I,
    ):
        return assign(match["what"], match["how"])
    return []


def resized(rest: str, verb: str) -> list[Step]:
    """Steps for resizing verbs; a place after the size is a move."""
    if v.full(rf".* {v.POSITION}", rest) and re.search(r"\bmove\b", rest):
        return move(rest)
    return resize(rest, verb)
