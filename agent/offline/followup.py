"""Elliptical requests that only the conversation completes: "a bit darker", "the left one", "same for the hat"."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import lexicon, references
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.amounts import by_amount
from agent.offline.corrections import corrected
from agent.offline.degrees import LESS, by_degree
from agent.offline.history import Conversation, thing_of
from agent.offline.interjections import bare_clause
from agent.offline.new_values import as_new_value, new_colour
from agent.offline.normalise import strip_tail
from agent.offline.steps import Step
from agent.offline.transferring import repeated, transfer

_ONLY = re.compile(
    r"^(?:(?:but|no|just|do it|apply it|i meant|i want it|it should be|make it|not everything|"
    r"not the whole (?:thing|image|photo),?)[\s,]*)*(?:only|just)(?: (?:on|for|in|to|do|"
    r"apply it to|the effect on|affect|change))? (?P<what>(?:the |her |his |their |my |its |on |"
    r"in |this |that )?[\w' -]+?)(?: (?:please|though|not (?:the|everything).*))?$",
    re.I,
)
_EXCEPT = re.compile(
    r"^(?:but |all )*(?:except|but not|excluding|not|leave out|apart from|besides|"
    r"without touching|spare|everyone except|everyone but|everything but)(?: for|"
    r" on)? (?P<what>(?:the |her |his |their |my )[\w' -]+|[\w' -]+)$",
    re.I,
)
_SPARED = re.compile(
    r"^(?:but )?(?!.*\b(?:but|undo|and|only|just)\b)(?:leave|keep|spare|retain|save|"
    r"don't (?:remove|blur|touch|change|include)) "
    r"(?P<what>(?:the |her |his |their |my |that )[\w' -]+?)(?: (?:in|there|alone|as (?:is|it was|"
    r"they were)|visible|untouched|out of it))*$",
    re.I,
)
_WHAT_ABOUT = re.compile(
    r"^(?:what about|how about|what if it (?:was|were)|maybe|perhaps|try|or|(?:i'd|i would|we'd|"
    r"i) (?:rather|prefer|like|want|need)(?: to)?(?: have| see)?(?: it| that| them)?(?: in| to be|"
    r" be| as)?|(?:can|could) (?:we|i|you) (?:have|try|do|get|use)(?: it)?(?: in| with)?|"
    r"have it in|do it in|get it in|give me|rather|prefer|better|let's (?:try|go with)|go (?:with|"
    r"for)|use|with|in|as|to|more like|like|should be|it should be|i meant|change (?:it|that) to|"
    r"switch (?:it )?to|do|actually|now|instead|make (?:it|that|this)|could it be|can it be|"
    r"something like|turn it(?: in)?to)\s+(?P<what>.+?)(?: (?:maybe|instead|perhaps|please|then|"
    r"rather|now|this time|or something|would be (?:better|nicer|good|nice|great|cool|best)|"
    r"(?:might|could) be (?:better|nicer)|is (?:better|nicer)|looks (?:better|nicer)))*$",
    re.I,
)
_STAYS = re.compile(
    r"^(?:but |and )?(?P<what>(?:the |her |his |their |my )[\w' -]+?) (?:should|must|has to|have to|needs? to|ought to)"
    r"(?: have)? (?:stay|stayed|remain|remained|be kept|be left|keep|not (?:be )?(?:change|changed|touched|"
    r"affected))\b.*$"
    r"|^(?:but )?(?:don't|do not|please don't) (?:change|touch|alter|affect|edit|tint) "
    r"(?P<what3>(?:the |her |"
    r"his |their |my )[\w' -]+)$"
    r"|^(?:but )?(?:leave|keep) (?P<what2>(?:the |her |his |their |my )[\w' -]+?) (?:the way|as|how|like) "
    r"(?:it|they|he|she) (?:was|were|is|are)\b.*$",
    re.I,
)
_RESTING = re.compile(r"^(?:the |a |an )?(?:rest|others|other ones|remaining)", re.I)


_LIKE_COLOUR = re.compile(
    r"^(?:not (?:so )?[\w ]+?,? (?:but )?)?(?:it should be |make it )?(?:more|rather|closer|something|a bit|"
    r"a shade)(?: of| like| to| towards?| more like)+"
    r"(?: an?)? (?P<colour>[\w# -]+)$",
    re.I,
)


_AND_ALSO = re.compile(
    r"^(?P<first>[\w ]+?),? and (?:also |too )?(?P<second>(?:on|for|to|in) (?:the|his|her|my|their) .+)$", re.I
)
_JOINED = re.compile(
    r"(?:and |but |maybe |how about |what about |try )*(?P<how>(?:with|at|during|under|full of|without) .+)$", re.I
)
_RICHER = re.compile(
    rf"(?:with|plus|add|needs) (?:(?:a (?:bit|touch|little)|some|more|extra) (?:of )?)*(?P<what>{v.QUANTITY})$", re.I
)


def elliptical(clause: str, past: Conversation) -> list[Step]:
    """The steps of a follow-up that is no sentence of its own; empty when it is not one."""
    last = past.last
    if last is None:
        return []
    raw = clause.strip(" ,.!?;")
    text = bare_clause(raw)
    if not text or len(text) > 140:
        return []
    if (like := _LIKE_COLOUR.match(text)) and p.could_be_colour(like["colour"]):
        return new_colour(like["colour"], past, last)
    if (both := _AND_ALSO.match(text)) and (first := by_degree(both["first"], past, last)):
        return first + transfer(last, both["second"], past)
    if not LESS.match(text) and (steps := corrected(raw, text, past, last)):
        return steps
    if steps := by_amount(text, last):
        return steps
    if steps := repeated(raw, text, past, last):
        return steps
    if steps := by_degree(text, past, last):
        return steps
    return _restrictions(raw, text, past, last)


def loose(clause: str, past: Conversation) -> list[Step]:
    """Reads a bare phrase as a new value or a new target of the last edit; only after everything else failed."""
    last = past.last
    if last is None:
        return []
    text = bare_clause(clause)
    asked = _WHAT_ABOUT.match(clause.strip(" ,.!?")) or _WHAT_ABOUT.match(text)
    phrase = strip_tail(asked["what"]) if asked else text
    phrase = re.sub(r"^(?:maybe|perhaps|the one with|in|to|with) (?=\S)", "", phrase, flags=re.I)
    phrase = re.sub(
        r"[\s,]+(?:maybe|instead|perhaps|then|rather|this time|(?:would|might|could) be (?:better|"
        r"nicer|good|nice|great|cool))$",
        "",
        phrase,
        flags=re.I,
    )
    if (
        last.op == "insert"
        and re.match(r"(?:and|also|plus)\b", clause.strip(), re.I)
        and re.match(r"(?:an?|some|two|three|\d+|more)\b", phrase, re.I)
    ):
        return transfer(last, phrase, past)
    if (joined := _JOINED.match(text)) and last.op in ("background_replace", "insert", "replace") and last.value:
        if last.op == "background_replace" or joined["how"].startswith("at "):
            return [changed(last, value=f"{last.value} {joined['how']}")]
        if joined["how"].startswith("with ") and not joined["how"].startswith("without"):
            return [Step("insert", thing_of(last), p.bare(joined["how"][5:]))]
    if past.focus and (richer := _RICHER.match(text)):
        return [Step("adjust", past.focus, f"more {richer['what']}")]
    if (coloured := re.match(r"(?P<colour>[\w-]+(?: [\w-]+)?) with (?:an? |the )?.+$", phrase)) and p.is_plain_colour(
        coloured["colour"]
    ):
        return [Step("recolor", last.target if last.op == "recolor" else past.focus, phrase)]
    if len(phrase) > 100 or (lexicon.opening_verb(phrase) and not p.could_be_colour(phrase)):
        return []
    if p.is_plain_colour(phrase) or (
        p.could_be_colour(phrase)
        and last.op in ("recolor", "background_replace")
        and not references.is_reference(f"the {phrase}")
    ):
        return new_colour(phrase, past, last)
    if steps := by_degree(phrase, past, last):
        return steps
    if references.is_reference(phrase) or re.match(
        r"(?:the|his|her|my|their|its|this|that|on the|in the)\b", phrase, re.I
    ):
        new_value = last.op in ("replace", "background_replace", "style") and asked
        if not new_value:
            return transfer(last, phrase, past)
    return as_new_value(phrase, last) if len(phrase.split()) <= 8 else []


def _restrictions(raw: str, text: str, past: Conversation, last: Step) -> list[Step]:
    if match := _ONLY.match(raw) or _ONLY.match(text):
        what = re.sub(r"^(?:on|in|for|to) ", "", match["what"], flags=re.I)
        if v.full(
            rf"(?:a )?(?:\w+ )?(?:half.*|slightly|{v.TONE}|{v.SIZE}|bit|little|one|1|kidding|asking|"
            rf"wondering|checking)(?: .*)?",
            what,
        ) or lexicon.opening_verb(what):
            return []
        return [Step("undo"), changed(last, target=references.resolve(what, last.target or "", past))]
    if (match := _SPARED.match(text)) and last.op in (
        "remove",
        "blur",
        "recolor",
        "remove_text",
        "redact_text",
        "replace",
    ):
        what = p.bare(match["what"])
        kept = p.noun_phrase(last.target or "")
        if kept and (p.is_plural(kept) or p.head(kept) != p.head(what)):
            return [Step("undo"), changed(last, target=f"{kept} except the {what}")]
    if (match := _STAYS.match(raw)) and last.op in ("adjust", "style", "blur", "restore", "recolor"):
        spared = p.bare(match["what"] or match["what2"] or match["what3"])
        return [Step("undo"), changed(last, target=f"{last.target or 'everything'} except the {spared}")]
    if (match := _EXCEPT.match(raw)) and not re.match(
        r"not (?:enough|so|that|as|too|quite|bad|sure|really)\b", raw, re.I
    ):
        what = p.bare(match["what"])
        whole = last.target or "image"
        return [Step("undo"), changed(last, target=f"{whole} except the {what}")]
    return []
