"""From one clause to steps: the verb it opens with chooses the frame that reads the rest."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.offline import (
    assigning,
    changing,
    colouring,
    dressing,
    erasing,
    framing,
    from_pictures,
    imperative,
    inserting,
    lexicon,
    moving,
    placing,
    replacing,
    supposing,
    toning,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import strip_preamble, strip_tail
from agent.offline.repairing import restore
from agent.offline.restyling import style
from agent.offline.selecting import cutout, segment
from agent.offline.steps import Step
from agent.offline.verbless import verbless

_Frame = Callable[[str, str], list[Step]]


def parse_clause(clause: str) -> list[Step]:
    """The steps of one clause; empty when it asks for nothing the grammar knows."""
    if typo := re.search(
        r"(?P<old>Qtxt\d+z) (?:should|must|needs to|has to|ought to) (?:read|say|be|become) (?P<new>Qtxt\d+z)", clause
    ):
        return [Step("replace", typo["old"], typo["new"])]
    if steps := supposing.outcome(clause):
        return steps
    clause = supposing.as_imperative(clause) or clause
    clause = strip_tail(strip_preamble(clause))
    if not clause:
        return []
    if steps := from_pictures.taken(clause) or _colon(clause):
        return steps
    clause = re.sub(r",\s*(?:and )?not (?:the |that |his |her )[^,]{1,60}(?:,|$)", " ", clause).strip()
    clause = re.sub(
        rf"^([a-z]+) ({v.PRONOUN}|[\w' ]{{0,0}}) (up|out|off|away|down|in)$", r"\1 \3 \2", clause, flags=re.I
    )
    clause = re.sub(rf"^([a-z]+) ((?:the |its |my )?{v.QUANTITY}) (up|down|back)$", r"\1 \3 \2", clause, flags=re.I)
    readings = imperative.imperatives(clause)
    opening = lexicon.opening_verb(clause)
    if opening and not (readings and readings[0].startswith(("remove ", "replace ")) and _separated(clause)):
        readings = [clause, *readings]
    clarification: list[Step] = []
    for reading in readings:
        steps = _imperative(reading)
        if steps and steps[0].op != "clarify":
            return steps
        clarification = clarification or steps
    if clarification and opening and not opening[1]:
        return verbless(clause) or clarification
    return clarification or verbless(clause)


def opens_with_verb(clause: str) -> bool:
    """Whether a clause, politeness aside, opens with a verb of editing."""
    return lexicon.opening_verb(strip_preamble(clause)) is not None


def _separated(clause: str) -> bool:
    """Whether the verb and its particle stand apart ("take the tag off", "crop him out"), or "instead of" rules."""
    return bool(
        (
            re.match(
                r"(?:take|get|cut|crop|edit|photoshop|wipe|throw|clear|airbrush|clone|paint|pull|leave|strip|"
                r"rub|move|erase|magic|brush|kick)\b.*(?<!ing) (?:out|off|away)\b|(?:make|have|let|"
                r"get) .* (?:disappear|vanish|gone|go away|go)\b|(?:have|leave|keep|only) .*\bone\b",
                clause,
                re.I,
            )
            and not re.match(r"(?:\w+) (?:out|off|away)\b", clause, re.I)
        )
        or re.match(r"(?:keep|leave|have) (?:just|only)\b", clause, re.I)
    )


def _colon(clause: str) -> list[Step]:
    """ "the sky: more dramatic", "background - white", "colour = navy"."""
    match = re.match(r"(?P<what>(?:the |his |her |my |all )?[\w' ]{2,40}?)\s*(?::|=|->|→| - )\s*(?P<how>.+)$", clause)
    if (
        match is None
        or (lexicon.opening_verb(match["what"]) and not v.is_background(match["what"]))
        or match["what"].lower().endswith("http")
    ):
        return []
    if opening := lexicon.opening_verb(match["how"]):
        if p.noun_phrase(opening[1]) is None or v.is_pronoun(opening[1]):
            return _imperative(f"{opening[0]} {match['what']}")
        return parse_clause(match["how"])
    became = p.colour_suffix(match["what"])
    if became and not v.is_background(became[0]) and p.could_be_colour(match["how"]):
        return [Step("recolor", p.noun_phrase(became[0]), p.colour_words(match["how"]))]
    if v.full(v.QUANTITY, match["what"]):
        return toning.adjust(f"{match['what']} {match['how']}") or assigning.assign(match["what"], match["how"])
    steps = assigning.assign(match["what"], match["how"])
    weather = v.full(rf"(?:\w+ )?{v.WEATHER}", match["how"])
    return steps if steps and (steps[0].op != "replace" or weather) else []


def _imperative(clause: str) -> list[Step]:
    opening = lexicon.opening_verb(clause)
    if opening is None:
        return verbless(clause)
    verb, rest, frames = opening
    rest = re.sub(r"^(?:me |us )(?=(?:a|an|the|some|to)\b)", "", rest) if verb not in ("give", "make") else rest
    for frame in _ordered(frames, verb, rest):
        if steps := _FRAMES[frame](rest, verb):
            return steps
    return []


def _ordered(frames: tuple[str, ...], verb: str, rest: str) -> list[str]:
    """The frames a verb can open, the one that fits what follows first."""
    order = list(frames)

    def first(name: str) -> None:
        if name in order:
            order.remove(name)
            order.insert(0, name)

    has_to = re.search(r"\s(?:to|into|from .+ to)\s", f" {rest} ") is not None
    quantity = re.match(
        rf"(?:the |your |overall |image |photo |some )*(?:[\w']+ )?{v.QUANTITY}(?: (?:of|in|on|by|a|to|"
        rf"and|,|half|one|two|three|ten|[-+]?\d+)\b|$|,)",
        rest,
        re.I,
    )
    if verb in ("enhance", "improve"):
        first("raise" if quantity and not v.full(r"(?:the )?details?(?: .*)?", rest) else "restore")
    elif verb in ("hide", "cover", "cover up", "conceal"):
        over = re.match(r".+? (?:in|with) (?P<cover>.+)$", rest, re.I)
        adorns = (
            over
            and verb.startswith("cover")
            and not re.search(
                r"\b(?:box|bars?|patch|blur|mosaic|emoji|rectangle|pixels|blocks?)\b", over["cover"], re.I
            )
        )
        if adorns and not erasing.is_private(rest):
            return ["insert", *order]
        first("redact")
    elif verb in ("drop", "lower", "reduce", "take down", "raise", "push", "lift", "bring up", "bring down"):
        if quantity or re.match(r"(?:the )?(?:noise|grain|size|blur|glare|opacity)\b", rest):
            first("raise" if verb in ("raise", "push", "lift", "bring up") else "lower")
        elif verb == "drop":
            first("put" if re.search(r"\b(?:on|onto|in|into)\b", rest) else "erase")
        elif verb in ("push", "lift", "bring up", "bring down", "raise", "lower"):
            first("move")
    elif verb in ("turn", "switch", "set", "shift", "update", "edit", "transfer", "render"):
        if verb in ("set", "edit") and quantity:
            first("adjust")
        elif verb == "set" and re.search(r"\s(?:in|on|at|against|into|inside|by|near)\s", rest) and not has_to:
            first("put")
        elif (verb == "shift" and not has_to) or (verb == "shift" and re.search(v.POSITION + "$", rest, re.I)):
            first("move")
        elif verb == "switch" and re.search(r"\b(?:with|for|and)\b", rest):
            first("replace")
        elif verb == "set" and re.search(r"\b(?:on fire|on top of|next to|beside)\b", rest):
            first("put")
        elif (
            verb == "transfer" and re.match(r"the (?!image|photo|picture|style)", rest) and not re.search("style", rest)
        ):
            first("move")
        else:
            first("change")
    elif verb in ("place", "lay", "rest", "stand", "sit", "position", "stick"):
        first("put")
    elif verb in ("correct", "tweak"):
        first("adjust" if quantity else "restore")
    elif verb in ("up", "double", "triple", "help"):
        pass
    elif verb in ("smooth", "smooth out"):
        first("restore")
    elif verb == "cut" and re.search(r"\b(?:in half|in two|into (?:pieces|slices|halves|\w+))$|\bopen$", rest, re.I):
        first("state")
    elif verb in ("cut",):
        first("erase" if re.search(r"\b(?:off|out of)\b", rest) else "cutout")
    elif verb in ("crop out",):
        first("crop")
    elif verb in ("invert", "widen", "lengthen"):
        first("tone" if verb == "invert" else "outpaint")
    elif (
        verb == "fill"
        and re.search(r"\bwith (?!(?:the )?(?:background|surroundings|content))", rest)
        and not re.match(r"(?:the |any |all )*(?:missing|gaps?|holes?|blanks?|torn)\b", rest, re.I)
    ):
        first("colour" if p.colour_suffix(rest) else "insert")
    elif verb in ("fill", "fill in") and re.match(
        r"(?:the |any |all )*(?:missing|gaps?|holes?|blanks?|empty|white (?:areas?|space|parts?)|"
        r"torn)\b",
        rest,
        re.I,
    ):
        return ["outpaint"]
    elif verb in ("fill", "fill in"):
        first("colour" if p.colour_suffix(rest) else "insert")
    elif verb in ("mask", "outline"):
        first("segment")
    elif verb == "thin":
        first("resize")
    return order


def _outpaint_or_zoom(rest: str, verb: str) -> list[Step]:
    return framing.outpaint(rest, verb)


def _match(rest: str, verb: str) -> list[Step]:
    """ "match the shoes to the bag", "match the colour of the shoes with the bag"."""
    rest = re.sub(r"^(?:up )?(?:the )?colou?rs? of ", "", erasing.trim(rest), flags=re.I)
    match = re.match(r"(?P<what>.+?) (?:to|with|and) (?P<model>.+)$", rest, re.I)
    if match is None and re.search(rf"\b{v.QUANTITY}$", rest, re.I):
        return [Step("adjust", None, f"match {p.bare(rest)}")]
    if match is None:
        return []
    return [Step("recolor", p.noun_phrase(match["what"]), f"colour of the {p.bare(match['model'])}")]


def _state(rest: str, verb: str) -> list[Step]:
    """Verbs that change what state a thing is in ("peel the banana"): no tool of ours does that."""
    target = p.noun_phrase(re.split(r"\s(?:in|into|with|on|for|until|open)\b", erasing.trim(rest))[0]) if rest else None
    return (
        [Step("other", target, f"{verb} {rest}".strip() if target is None else verb)] if target else [Step("clarify")]
    )


def _duplicate(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(rest)
    if not rest or v.is_image(rest):
        return [Step("other", None, "copy")]
    thing = p.noun_phrase(re.split(r"\s(?:and|to|on|in|so)\b", rest)[0])
    return [Step("insert", None, f"another {thing}")]


def _pose(rest: str, verb: str) -> list[Step]:
    if verb in ("look",):
        return []
    target = p.noun_phrase(erasing.trim(rest))
    if verb in ("light", "ignite") and target:
        return [Step("other", target, verb)]
    return [Step("other", target, verb)]


def _adjust(rest: str) -> list[Step]:
    if re.match(
        r"(?:the )?(?:colou?r|size|style|material|position|background|pose|text) (?:of|on|for)\b|.*\bto the size of\b",
        rest,
        re.I,
    ):
        return changing.change(rest, "adjust")
    return toning.adjust(rest) or changing.change(rest, "adjust")


def _export(rest: str, verb: str) -> list[Step]:
    return [Step("other", None, f"export {rest}".strip()[:60])]


def _combine(rest: str, verb: str) -> list[Step]:
    return [Step("other", None, "unsupported: combining pictures")]


def _compare(rest: str, verb: str) -> list[Step]:
    return [Step("compare")]


def _wear(rest: str, verb: str) -> list[Step]:
    if match := re.match(r"(?P<who>.+?) (?:in|as|up as|up in|with) (?P<what>.+)$", rest, re.I):
        return dressing.wear(match["who"], match["what"])
    return []


def _put(rest: str, verb: str) -> list[Step]:
    return placing.put(rest)


def _give(rest: str, verb: str) -> list[Step]:
    return dressing.give(rest)


def _erase(rest: str, verb: str) -> list[Step]:
    if verb == "crop out":
        return framing.crop(f"{rest} out", "crop")
    if verb == "hide" and erasing.is_private(rest):
        return erasing.redact(rest, verb)
    if match := re.match(
        r"(?P<old>.+?) (?:and (?:replace|fill|substitute) (?:it|them|him|her|that)? ?(?:in )?|"
        r"replacing (?:it|them) |,? substituting )(?:with|by) (?P<new>.+)$",
        rest,
        re.I,
    ):
        return replacing.replace(f"{match['old']} with {match['new']}")
    return erasing.erase(rest)


_FRAMES: dict[str, _Frame] = {
    "erase": _erase, "insert": inserting.insert, "put": _put, "give": _give, "replace": replacing.replace,
    "change": changing.change, "make": changing.make, "colour": colouring.colour,
    "raise": lambda rest, verb: toning.level(rest, 1, verb), "lower": lambda rest, verb: toning.level(rest, -1, verb),
    "tone": toning.tone, "adjust": lambda rest, verb: _adjust(rest), "blur": erasing.blur, "pixelate": erasing.blur,
    "redact": erasing.redact, "restore": restore, "crop": framing.crop, "rotate": framing.rotate,
    "outpaint": framing.outpaint, "style": style, "move": moving.move, "resize": changing.resized,
    "segment": segment, "cutout": cutout, "transparent": cutout, "wear": _wear, "duplicate": _duplicate,
    "combine": _combine, "export": _export, "pose": _pose, "state": _state, "match": _match, "compare": _compare,
}  # fmt: skip
