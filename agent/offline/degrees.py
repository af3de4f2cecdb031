"""More or less of the last edit: "a bit darker", "not that much", "tighter", "further left"."""

from __future__ import annotations

import re

from agent.offline import assigning, references
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.history import Conversation, thing_of
from agent.offline.steps import Step

_MORE = re.compile(
    rf"^(?!.*\bless\b)(?:{v.DEGREE}(?:more|stronger|further|harder|heavier|higher|increase it|"
    rf"again|extra|bolder|intenser|intense)|(?:still |it's |that's |it is )*(?:not (?:strong |"
    rf"much |really |quite )?enough|too (?:weak|subtle|little|faint|mild|soft|low))|(?:crank|turn|"
    rf"push|ramp|dial|bump) it(?: up)?(?: more| a bit| a notch)?|(?:it )?(?:could|"
    rf"can) be (?:a bit )?(?:more|stronger)|(?:double|triple) it|up a (?:notch|bit)|"
    rf"(?:twice|double|\d+ ?x|\d+ times|one and a half times|even) (?:as |the |that )?(?:strong(?:er)?|much|intens\w+|"
    rf"heavy|heavier|effect|strength|amount)(?: as (?:that|before|now))?|"
    rf"more of (?:that|it|the same)|a (?:smidge|tad|touch|notch|bit|little|hair)(?: more|"
    rf" further)?|keep going|go further|even more so|more please)$",
    re.I,
)


LESS = re.compile(
    rf"^(?:(?:it's |that's |this is |it is |that is |way |a (?:bit|little) |much |far |still |"
    rf"just |slightly |waaa*y )*(?:too (?:much|strong|intense|heavy|extreme|high|harsh|obvious|"
    rf"dramatic)|over ?done|overkill|over the top|excessive)(?: now)?|{v.DEGREE}(?:less(?: (?:strong|intense|"
    rf"heavy|pronounced|visible|obvious|harsh|dramatic|extreme))?|weaker|"
    rf"gentler|subtler|milder|lower|lighter touch)|(?:dial|tone|turn|bring|scale|pull|ease|take|"
    rf"back|rein|walk) (?:it|that|this) (?:back|down|off|in|up)(?: (?:a (?:bit|little|notch|touch|"
    rf"tad)|some|slightly|by half))?|(?:dial|tone|scale|ease) (?:back|down|off)(?: a (?:bit|"
    rf"little))?|not (?:so|that|as|quite so|quite that) (?:much|strong|intense|heavy|dramatic)|"
    rf"not (?:that|so|as) much|half (?:of that|that|as much|the (?:strength|amount|effect))|"
    rf"more subtle|subtler|less of (?:that|it)|reduce it|halve it|back off a (?:bit|little)|"
    rf"a (?:bit|little) less(?: (?:of )?(?:that|strong|intense))?|down a (?:notch|bit)|go easy|"
    rf"easy|(?:a (?:bit|little) )?(?:weaker|softer effect))$",
    re.I,
)


_OVERDONE = re.compile(
    r"^(?:but )?(?:you(?:'ve| have)?|it|that) ?(?:\w+)?(?: it| that)? (?:a bit |way |far |much )?too (?:much|"
    r"far|hard|strongly|tight(?:ly)?|"
    r"close(?:ly)?)$",
    re.I,
)
_DIRECTION = re.compile(rf"^(?:(?:move|put|shift|place) (?:it|them|him|her) )?(?P<how>{v.POSITION})$", re.I)


_TONAL_RECOLOUR = re.compile(
    r"\b(?:dark|light|bright|deep|bold|pale|vivid|vibrant|muted|warm|cool|saturated|satur|soft|"
    r"rich|dull|subtle|intense|bluer|greener|redder|pinker)(?:er|est|ish)?\b",
    re.I,
)


def by_degree(text: str, past: Conversation, last: Step) -> list[Step]:
    """More, less, comparatives of tone and size, directions, tightness."""
    plain = re.sub(r"\s+(?:than (?:that|this|it|before)|now|though|please|still|again)$", "", text, flags=re.I)
    plain = re.sub(
        r"^(?:(?:it|that|this|they)(?:'s| is| are| should be| could be| needs to be| looks?|"
        r" must be)?|make (?:it|that|this|them)|could be|should be|can it be|needs to be|go|still|"
        r"get it|i want (?:it|that)|bit) (?!up\b|down\b|back\b|more$|less$)",
        "",
        plain,
        flags=re.I,
    )
    plain = re.sub(r"^(?:still |just |maybe )+", "", plain, flags=re.I)
    parts = p.coordinated(plain)
    if len(parts) > 1:
        found = [by_degree(part, past, last) for part in parts]
        if all(found):
            return list(dict.fromkeys(step for steps in found for step in steps))
    said = re.split(r"\s*,\s*", plain)
    if len(said) > 1 and all(LESS.match(part) for part in said[:2]):
        return _less(last)
    if _OVERDONE.match(text):
        return _less(last)
    if last.op == "rotate":
        plain = re.sub(r"^(?:turn|rotate|flip|spin|tilt|face|mirror)(?: (?:it|that|this|him|her))? (?=\w)", "", plain)
    for dialled in (text, plain):
        if LESS.match(dialled):
            return _less(last)
        if _MORE.match(dialled):
            return _more(last)
    if match := re.match(
        r"^(?:(?:way|far|much|a (?:bit|little)|still|slightly|just|now) )*too (?P<how>[\w-]+)(?: (?:now|though))?$",
        plain,
        re.I,
    ):
        from agent.offline.complaints import OPPOSITES

        if last.op == "crop" and (
            loose := re.fullmatch(r"(?P<tight>close|tight|narrow|small)|wide|far|loose|big", match["how"])
        ):
            return [Step("crop", last.target, "wider" if loose["tight"] else "tighter")]
        wish = OPPOSITES.get(match["how"].lower(), f"less {match['how']}")
        return by_degree(wish, past, last) or _tone(wish, past, last)
    focus = past.focus
    if focus and re.fullmatch(r"(?:re)?cent(?:er|re)(?:e?d)?(?: it)?|in the (?:cent(?:er|re)|middle)", plain, re.I):
        return [Step("move", focus, "center")]
    if last.op == "crop" and re.fullmatch(
        rf"{v.DEGREE}(?:tight(?:er)?|close(?:r)?|wider|loose(?:r)?|narrower|bigger|smaller|larger|in|"
        rf"out)(?: (?:in|crop|on .+))?",
        plain,
        re.I,
    ):
        return [Step("crop", last.target, plain)]
    if re.fullmatch(rf"{v.DEGREE}(?:tighter|closer in|zoom(?:ed)? in)", plain, re.I):
        return [Step("crop", last.target if last.op == "crop" else None, plain)]
    if last.op == "rotate" and re.fullmatch(
        r"(?:the )?(?:other|opposite|wrong) (?:way|direction)(?: (?:around|round))?|counter.*|"
        r"clockwise|anti.*|(?:to the )?(?:left|right)|(?:more )?vertical(?:ly)?|horizontal(?:ly)?",
        plain,
        re.I,
    ):
        return [Step("rotate", last.target, "the other way" if re.search("other|opposite|wrong", plain) else plain)]
    if last.op == "crop" and re.fullmatch(rf"{v.DEGREE}(?:{v.POSITION})", plain, re.I):
        return [Step("crop", last.target, plain)]
    if last.op == "outpaint" and re.fullmatch(rf"{v.DEGREE}(?:{v.POSITION}|wider|taller|bigger|larger)", plain, re.I):
        return [Step("outpaint", None, plain)]
    if v.full(rf"{v.DEGREE}{v.SIZE}", plain) and not (last.op in ("recolor",) and re.search("deep", plain)):
        if focus and last.op not in ("adjust", "style", "crop"):
            return [Step("resize_object", focus, plain)]
        if last.op == "adjust" and focus:
            return [Step("resize_object", focus, plain)]
    if last.op == "blur" and re.fullmatch(
        rf"{v.DEGREE}(?:blurr?(?:y|ier|ed)|soft(?:er)?|sharp(?:er)?|strong(?:er)?|clear(?:er)?)", plain, re.I
    ):
        return [Step("blur", last.target, "less" if re.search(r"sharp|clear|less", plain) else "more")]
    if v.full(rf"{v.DEGREE}{v.TONE}", plain) and (
        not p.is_plain_colour(plain) or v.full(r"golden|bright|dark|light", plain)
    ):
        return _tone(plain, past, last)
    if match := re.match(rf"^(?:{v.DEGREE})(?:more|less) (?P<what>{v.QUANTITY}|(?:\w+))$", plain, re.I):
        what = match["what"].lower()
        if v.full(v.QUANTITY, what):
            return [Step("adjust", last.target if last.op == "adjust" else None, plain)]
        if last.op == "style" or (last.op == "adjust" and not p.is_plain_colour(what)):
            return [Step(last.op, last.target, plain)]
        if p.is_plain_colour(what) and last.op in ("recolor", "adjust"):
            return [Step(last.op, last.target, plain)]
        if p.is_plain_colour(what) and last.op in ("insert", "replace"):
            return [Step("recolor", last.target if re.search(r"\bsky$", last.target or "") else focus, plain)]
    if ((match := _DIRECTION.match(plain)) and focus and not references.is_reference(f"{plain}")) or (
        match and last.op in ("insert", "move")
    ):
        if (
            last.op in ("insert", "move", "resize_object", "replace", "recolor")
            and focus
            and not re.fullmatch(r"(?:the )?(?:left|right|top|bottom|middle)", plain, re.I)
        ):
            return [Step("move", focus, match["how"] if match else plain)]
        if last.op in ("insert", "move") and focus:
            return [Step("move", focus, plain)]
    elsewhere = re.match(
        r"^(?:on |onto |to )?(?P<where>the (?:other|opposite|left|right) (?:side|shoulder|hand|arm|"
        r"foot|ear|eye|wall|corner|leg|end|half|edge|cheek)(?: .*)?)$",
        plain,
        re.I,
    )
    if elsewhere and last.op in ("insert", "move") and focus:
        return [Step("move", focus, elsewhere["where"].removeprefix("the "))]
    if (
        match := re.match(
            r"^(?:make (?:it|them|that) )?(?:out of |of |from |in )?(?P<material>[\w-]+)(?: instead)?$", plain, re.I
        )
    ) and (
        focus
        and v.full(v.MATERIAL, match["material"])
        and last.op in ("insert", "replace")
        and not p.is_plain_colour(match["material"])
    ):
        return [Step("replace", focus, f"{match['material']} {p.head(focus)}")]
    return []


def _less(last: Step) -> list[Step]:
    value = last.value or ""
    if last.op == "adjust":
        if match := re.match(r"(?P<what>.+?) (?P<sign>[-+])\d", value):
            return [Step("adjust", last.target, f"{'less' if match['sign'] == '+' else 'more'} {match['what']}")]
        flipped = re.sub(r"^(?:(?:slightly|a bit|much|a lot|even|a little) )*", "", value)
        if re.match(r"more\b", flipped):
            return [Step("adjust", last.target, re.sub(r"^more", "less", flipped))]
        if re.match(r"less\b|reduce|lower", flipped):
            return [Step("adjust", last.target, re.sub(r"^(?:less|reduce|lower)", "more", flipped))]
        adjective = {
            "brighter": "bright",
            "darker": "dark",
            "lighter": "light",
            "warmer": "warm",
            "cooler": "cool",
            "sharper": "sharp",
            "sharpen": "sharp",
            "desaturate": "desaturated",
        }.get(flipped, flipped)
        return [Step("adjust", last.target, f"less {adjective}")]
    if last.op in ("remove", "background_remove", "undo"):
        return []
    if last.op == "crop":
        return [Step("crop", last.target, "wider")]
    if last.op == "resize_object":
        return [
            Step(
                last.op,
                last.target,
                "smaller" if re.search(r"big|larg|tall|wid|grow|up|enlarg|long", value) else "larger",
            )
        ]
    return [Step(last.op, last.target, f"less {value}".strip())]


def _more(last: Step) -> list[Step]:
    value = re.sub(r"^(?:(?:slightly|a bit|a little|much|even|more) )+(?=\w+er\b)", "", last.value or "")
    if last.op == "adjust":
        if match := re.match(r"(?P<what>.+?) (?P<sign>[-+])\d", value):
            return [Step("adjust", last.target, f"{'more' if match['sign'] == '+' else 'less'} {match['what']}")]
        return [Step("adjust", last.target, value or "more")]
    if last.op in ("remove", "background_remove", "undo", "replace"):
        return []
    if last.op == "insert":
        return [Step("insert", last.target, f"more {thing_of(last)}")]
    if last.op in ("resize_object", "move", "rotate", "outpaint", "crop"):
        return [
            Step(
                last.op,
                last.target,
                value if value and last.op != "crop" else "tighter" if last.op == "crop" else value or None,
            )
        ]
    return [Step(last.op, last.target, f"more {value}".strip() if not value.startswith("more") else value)]


def _tone(text: str, past: Conversation, last: Step) -> list[Step]:
    focus = past.focus
    if last.op == "recolor" and last.target:
        if not _TONAL_RECOLOUR.search(text):
            return [Step("adjust", last.target, text)]
        base = re.sub(
            rf"^(?:{v.DEGREE})(?:darker|lighter|brighter|deeper|paler|bolder|more \w+|less \w+) ",
            "",
            last.value or "",
            flags=re.I,
        )
        if v.full(rf"{v.DEGREE}{v.TONE}", base) and not p.is_plain_colour(base):
            base = ""
        return [Step("recolor", last.target, f"{text} {base}".strip())]
    if last.op in ("insert", "replace") and focus:
        return assigning.assign(focus, text)
    if last.op == "background_replace":
        return [Step("adjust", "background", text)]
    target = last.target if last.op in ("adjust", "restore", "blur", "segment") else None
    return [Step("adjust", target, text)]
