"""The last edit done once more: to another thing, to all pictures, to match."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import lexicon, references
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.frames import parse_clause
from agent.offline.history import Conversation
from agent.offline.interjections import LEAD
from agent.offline.normalise import strip_preamble, strip_tail
from agent.offline.steps import Step

_SAME_AGAIN = re.compile(
    r"^(?:(?:do |apply |repeat )?(?:the )?same(?: thing| edit| again)*(?: again| once more|"
    r" one more time)?|again|(?:do|repeat) (?:it|that|this)(?: again| once more| one more time)?|"
    r"once more|one more time|repeat|another (?:one|time)|encore)$",
    re.I,
)


_BATCH = re.compile(
    r"\b(?:for|to|on|with|across) (?:all|every|each|the (?:rest|others?|whole (?:batch|set|"
    r"folder)|other (?:images|photos|pictures|ones|products))|both|them all|everything|my other|"
    r"these|those)\b.*\b(?:images?|photos?|pictures?|pics|shots?|files?|batch|folder|set|rest|"
    r"others?|ones|products?|series|gallery|all)?$",
    re.I,
)


_SAME_FOR = re.compile(
    r"^(?:(?:do|apply|use|repeat|make|give|have|and|want) )?(?:it |that |this )?(?:the |"
    r"exactly )?(?:same|likewise|ditto|identical|matching|that)(?: (?:colou?rs?|thing|edit|effect|"
    r"change|treatment|style|look|tone|size|shade|one|material|blur|adjustment|again|hue|amount|"
    r"way|deal|here|goes|but|only|just)| (?!for|to|on|with|of|in|at|over)\w+){0,3}(?: (?:for|to|on|with|of|in|"
    r"at|over)) (?P<what>.+)$",
    re.I,
)


_DO_ALSO = re.compile(
    r"^(?:do|apply|use|repeat|copy|extend) (?:it|that|this|the (?:effect|edit|change|blur|"
    r"colou?r))(?: (?:same|too|also|as well|again))* (?:for|to|on|with|over) (?P<what>.+)$",
    re.I,
)


_TOO = re.compile(r"^(?P<what>.+?)[,\s]+(?:too|as well|also|likewise|aswell|and all)$", re.I)


_MATCHING = re.compile(
    r"^(?:(?:make|have|get|let|can|could|should|want|i want) )?(?P<what>(?:the|his|her|my|their|"
    r"its) [\w' -]+?) (?:(?:to )?(?:be |look |should be )?(?:like (?:that|this|it)|the same way)|match(?: (?:it|"
    r"that|this|them))?|the same(?: colou?r)?(?: (?:as (?:it|"
    r"that))?)?|go with (?:it|that))(?: too)?$",
    re.I,
)


_DO_THE = re.compile(
    r"^(?!.*\b(?:instead|rather)\b)(?:do|get|handle|treat) "
    r"(?P<what>(?:the|his|her|my|their|its|that|this) (?!same\b)[\w' -]+?)(?: (?:next|now|too|as well|also))?$",
    re.I,
)
_INSTEAD = re.compile(
    r"^(?:do|try|take|pick|choose) (?P<what>(?:the|his|her|my|their|its|that|"
    r"this) (?!same\b)[\w' -]+?) (?:instead|rather)(?: (?:of|than) .+)?$",
    re.I,
)


_BUT = re.compile(
    r"^(?P<first>.+?),? (?:but|only|just)(?: (?:make (?:it|that|this one)|this time|maybe|now|do it|have it))*"
    r"(?: in(?: an?)?)? (?P<new>[\w#' -]+?)(?: (?:this time|please|though|instead))?$",
    re.I,
)


def _is_value(phrase: str) -> bool:
    return p.could_be_colour(phrase) or v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.SIZE}|{v.BLURRED})", phrase)


def repeated(raw: str, text: str, past: Conversation, last: Step) -> list[Step]:
    """The last edit once more, for something else, for all pictures."""
    if but := _BUT.match(text):
        same = repeated(raw=but["first"], text=but["first"], past=past, last=last)
        if same and _is_value(but["new"]):
            return [changed(step, value=p.colour_words(but["new"])) for step in same]
    if _SAME_AGAIN.match(text):
        return [last]
    edits = past.edits[-1].steps
    if (
        re.match(r"(?:do|apply|use|repeat|run|same|the same|make|and|now|batch|copy)\b", text, re.I)
        and (found := _BATCH.search(text))
        and re.search(
            r"\b(?:images?|photos?|pictures?|pics|shots?|files?|batch|folder|gallery|series|set|rest)\b", found[0], re.I
        )
    ):
        return list(edits)
    for pattern in (_SAME_FOR, _DO_ALSO):
        if match := pattern.match(text):
            return _to_each(match["what"], past, last)
    if (match := _MATCHING.match(text)) and past.focus:
        if last.op == "recolor" and last.value:
            return [Step("recolor", p.noun_phrase(match["what"]), last.value)]
        return [Step("adjust", p.noun_phrase(match["what"]), f"match the {past.focus}")]
    if match := _TOO.match(text) or _TOO.match(LEAD.sub("", raw).strip(" ,.!?") or raw):
        what = match["what"]
        if (
            lexicon.opening_verb(strip_preamble(what)) is None
            and not p.is_plain_colour(what)
            and not re.search(r"\b(?:is|are|was|should|needs?)\b", what)
        ):
            return _to_each(what, past, last)
    if match := _DO_THE.match(text):
        return _to_each(match["what"], past, last)
    if match := _INSTEAD.match(text):
        return [Step("undo"), *_to_each(match["what"], past, last)]
    if match := re.match(
        r"^(?:what about|how about|and|also|now|then|next|plus|and also|and now)\s+(?P<what>(?:the|"
        r"his|her|my|their|its|on the|in the|for the|that|this|those)\b.+)$",
        text,
        re.I,
    ):
        if parse_clause(match["what"]) or re.search(r"\b(?:should|needs?|is|are|looks?)\b", match["what"]):
            return []
        return _to_each(match["what"], past, last)
    return []


def _to_each(what: str, past: Conversation, last: Step) -> list[Step]:
    what = strip_tail(re.sub(r"^(?:with|for|to|on|also|do|make|get) ", "", what, flags=re.I))
    what = re.sub(r"[\s,]+(?:too|also|as well|please)$", "", what, flags=re.I)
    return [step for part in p.coordinated(what) for step in transfer(last, part, past)]


def transfer(step: Step, phrase: str, past: Conversation) -> list[Step]:
    """The step done to what the phrase names instead."""
    phrase = re.sub(r"[\s,]+(?:too|also|as well)$", "", phrase.strip(" ,.!?"), flags=re.I)
    if step.op == "insert":
        if re.match(r"(?:an?|some|two|three|another|more)\b", phrase, re.I):
            return [Step("insert", step.target, p.bare(phrase))]
        return [Step("insert", p.bare(re.sub(r"^(?:one )?(?:on|to|for|in|at) ", "", phrase)), step.value)]
    if step.op == "outpaint":
        return [Step("outpaint", None, p.bare(re.sub(r"^(?:on|to|at|for) ", "", phrase)))]
    if step.op in ("crop", "rotate", "style", "background_remove", "background_replace") and not step.target:
        if v.is_image(phrase) or re.search(r"\b(?:image|photo|picture|rest|others?|one|ones)\b", phrase, re.I):
            return [step]
        return [
            changed(step, target=None if step.op.startswith("background") else references.resolve(phrase, "", past))
        ]
    phrase = re.sub(r"^(?:on|for|to|in|with) (?=(?:the|his|her|my|their|its)\b)", "", phrase, flags=re.I)
    return [changed(step, target=references.resolve(phrase, step.target or "", past))]
