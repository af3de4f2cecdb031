"""Elliptical requests that only the conversation completes: "a bit darker", "the left one", "same for the hat"."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import assigning, framing, intents, lexicon, references, toning
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.frames import parse_clause
from agent.offline.history import Conversation, thing_of
from agent.offline.normalise import strip_preamble, strip_tail
from agent.offline.steps import Step

_LEAD = re.compile(
    r"^(?:(?:and|also|but|hmm+|hm|no|nope|nah|ok|okay|now|then|oh|actually|well|wait|so|oops|"
    r"sorry|yes|yeah|great|perfect|good|nice|cool|"
    r"thanks|thank you|please|pls|maybe|perhaps|or|great job|not quite|almost|better|ugh|eh|"
    r"can (?:you|we|u)|could (?:you|we|u)|let's|try|just|"
    r"i want|i'd like|i think|i prefer|i would prefer|i meant|i mean|make|rather|ideally|mm|uh|um|"
    r"huh|alright|lovely|getting there)\b[\s,.!:–-]*)+",
    re.I,
)
_MORE = re.compile(
    rf"^(?!.*\bless\b)(?:{v.DEGREE}(?:more|stronger|further|harder|heavier|higher|increase it|"
    rf"again|extra|bolder|intenser|intense)|(?:still |it's |that's |it is )*(?:not (?:strong |"
    rf"much |really |quite )?enough|too (?:weak|subtle|little|faint|mild|soft|low))|(?:crank|turn|"
    rf"push|ramp|dial|bump) it(?: up)?(?: more| a bit| a notch)?|(?:it )?(?:could|"
    rf"can) be (?:a bit )?(?:more|stronger)|(?:double|triple) it|up a (?:notch|bit)|"
    rf"more of (?:that|it|the same)|a (?:smidge|tad|touch|notch|bit|little|hair)(?: more|"
    rf" further)?|keep going|go further|even more so|more please)$",
    re.I,
)
_LESS = re.compile(
    rf"^(?:(?:it's |that's |this is |it is |that is |way |a (?:bit|little) |much |far |still |"
    rf"just |slightly |waaa*y )*(?:too (?:much|strong|intense|heavy|extreme|high|harsh|obvious|"
    rf"dramatic)|over ?done|overkill|over the top|excessive)(?: now)?|{v.DEGREE}(?:less|weaker|"
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
    r"way|deal|here|goes)| (?!for|to|on|with|of|in|at|over)\w+){0,3}(?: (?:for|to|on|with|of|in|"
    r"at|over)) (?P<what>.+)$",
    re.I,
)
_DO_ALSO = re.compile(
    r"^(?:do|apply|use|repeat|copy|extend) (?:it|that|this|the (?:effect|edit|change|blur|"
    r"colou?r))(?: (?:same|too|also|as well|again))* (?:for|to|on|with|over) (?P<what>.+)$",
    re.I,
)
_TOO = re.compile(r"^(?P<what>.+?)[,\s]+(?:too|as well|also|likewise|aswell|and all)$", re.I)
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
_MATCHING = re.compile(
    r"^(?:(?:make|have|get|let) )?(?P<what>(?:the|his|her|my|their|"
    r"its) [\w' -]+?) (?:match(?: (?:it|that|this|them))?|the same(?: colou?r)?(?: (?:as (?:it|"
    r"that))?)?|go with (?:it|that))(?: too)?$",
    re.I,
)
_INSTEAD = re.compile(
    r"^(?:do|try|take|pick|choose) (?P<what>(?:the|his|her|my|their|its|that|"
    r"this) (?!same\b)[\w' -]+?) (?:instead|rather)$",
    re.I,
)
_SPARED = re.compile(
    r"^(?:but )?(?!.*\b(?:but|undo|and|only|just)\b)(?:leave|keep|spare|retain|save|"
    r"don't (?:remove|blur|touch|change|include)) "
    r"(?P<what>(?:the |her |his |their |my |that )[\w' -]+?)(?: (?:in|there|alone|as (?:is|it was|"
    r"they were)|visible|untouched|out of it))*$",
    re.I,
)
_STILL = re.compile(
    r"^(?:there(?:'s| is| are) still )(?P<a>.+?)(?: (?:left|there|visible|remaining|behind|"
    r"showing|on .+|in .+))?$|^(?P<b>.+?)(?: is| are|'s)? still (?:there|visible|here|showing|"
    r"in (?:it|the .+)|left|present|remains?|on .+|around|shows?)(?:.*)$|^(?:i can |you can |"
    r"we can )still see (?P<c>.+)$|^you(?:'ve| have)? (?:missed|forgot|overlooked|left|"
    r"skipped)(?: out)? (?P<d>.+?)(?: (?:out|behind|there|in))?$|^(?P<e>.+?) (?:remains?|"
    r"wasn't removed|was not removed|didn't (?:go|disappear)(?: away)?|was left(?: behind)?|"
    r"is left(?: behind)?|not (?:removed|gone)(?: yet)?)$",
    re.I,
)
_WRONG = re.compile(
    r"^(?:(?:no|nope|oops|wait|hey|ugh|sorry|argh|nah|um|well)[\s,.!]+)*(?:(?:that(?:'s| is|"
    r" was)?|it(?:'s| was| is)?|you (?:did|changed|removed|picked|got|took|edited|chose|selected|"
    r"have|used)|this is|thats) )?(?:the )?wrong (?P<what>[\w' -]+?)(?:[,.!;]+ ?(?P<right>.+))?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*(?:not (?:that|this)(?: one| \w+$)?|(?:i )?(?:meant|"
    r"mean|wanted)|that's not the (?:right )?(?:one|\w+)|you removed the wrong one|not him|"
    r"not her|not it|not those|not these)(?: one)?[\s,.;:–-]*(?:(?:but |i meant |i mean |rather |"
    r"it'?s )*(?P<right2>.+))?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*(?P<right3>(?:the other|the left|the right|"
    r"the \w+)(?: (?:one|\w+))?)[,;]? not (?:this|that|the .+?)(?: one)?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*not the (?P<old4>[\w' -]+?)[,;]+ ?(?:but )?(?:the )?(?P<right4>.+)$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)+(?:i (?:meant|mean|wanted|said) )?(?P<right5>the [\w' -]+)$",
    re.I,
)
_COUNTED = re.compile(
    r"^(?:make (?:it|that) )?(?P<n>two|three|four|five|six|ten|a few|several|many|more|"
    r"\d+)(?: (?:of (?:them|those|these)|more|instead))?(?:,? (?:not|instead of) (?:just )?(?:one|"
    r"two|1|2))?(?:,? in .+)?$",
    re.I,
)
_AMOUNT = re.compile(
    r"^(?:(?:make|set) (?:it|that|this) )?(?P<sign>by |to |[-+]\s?|another |"
    r"a further )?(?P<n>\d+(?:\.\d+)?|one|two|three|four|five|ten)\s?(?P<unit>%|percent|degrees?|"
    r"°|px|pixels)?(?: (?P<way>more|less|higher|lower|instead|again|left|right|clockwise|"
    r"counterclockwise|further))?$",
    re.I,
)
_CHANGE_AMOUNT = re.compile(
    r"^(?P<verb>change|increase|decrease|raise|lower|reduce|set|boost|drop|bump|turn|up|"
    r"adjust)(?: it| that| this| up| down)*(?: again| up| down| further| back| now)*(?: (?:by|to|"
    r"with))? (?P<n>[-+]?\s?\d+(?:\.\d+)?)\s?(?P<unit>%|percent)?(?: (?:more|less|again|"
    r"instead))?$",
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
_DIRECTION = re.compile(rf"^(?:(?:move|put|shift|place) (?:it|them|him|her) )?(?P<how>{v.POSITION})$", re.I)
_OF_THING = re.compile(r"\bits (?=[a-z])", re.I)
_TONAL_RECOLOUR = re.compile(
    r"\b(?:dark|light|bright|deep|bold|pale|vivid|vibrant|muted|warm|cool|saturated|satur|soft|"
    r"rich|dull|subtle|intense|bluer|greener|redder|pinker)(?:er|est|ish)?\b",
    re.I,
)
_NOT_FOUND = re.compile(
    r"\b(?:can't|cannot|couldn't|could not|can not|didn't|did not|unable to) (?:find|see|locate|"
    r"spot)\b|\bnot found\b|\bthere is no\b|\bno \w+ (?:in|found)\b",
    re.I,
)
_RESTING = re.compile(r"^(?:the |a |an )?(?:rest|others|other ones|remaining)", re.I)


def bare_clause(clause: str) -> str:
    """A follow-up without its politeness and interjections."""
    text = strip_tail(clause.strip())
    short = _LEAD.sub("", text).strip(" ,.!?")
    return strip_tail(short) or text


def elliptical(clause: str, past: Conversation) -> list[Step]:
    """The steps of a follow-up that is no sentence of its own; empty when it is not one."""
    last = past.last
    if last is None:
        return []
    raw = clause.strip(" ,.!?;")
    text = bare_clause(raw)
    if not text or len(text) > 140:
        return []
    if not _LESS.match(text) and (steps := _corrections(raw, text, past, last)):
        return steps
    if steps := _amounts(text, last):
        return steps
    if steps := _sames(raw, text, past, last):
        return steps
    if steps := _degrees(text, past, last):
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
    if (
        (joined := re.match(r"(?:and |but |maybe )?(?P<how>(?:with|at|during|under|full of|without) .+)$", text, re.I))
        and last.op in ("background_replace", "insert", "replace")
        and last.value
    ):
        if last.op == "background_replace" or joined["how"].startswith("at "):
            return [changed(last, value=f"{last.value} {joined['how']}")]
        if joined["how"].startswith("with ") and not joined["how"].startswith("without"):
            return [Step("insert", thing_of(last), p.bare(joined["how"][5:]))]
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
        return _new_colour(phrase, past, last)
    if steps := _degrees(phrase, past, last):
        return steps
    if references.is_reference(phrase) or re.match(
        r"(?:the|his|her|my|their|its|this|that|on the|in the)\b", phrase, re.I
    ):
        new_value = last.op in ("replace", "background_replace", "style") and asked
        if not new_value:
            return transfer(last, phrase, past)
    return _new_value(phrase, last) if len(phrase.split()) <= 8 else []


def _corrections(raw: str, text: str, past: Conversation, last: Step) -> list[Step]:
    """Complaints: still there, wrong one, not that one but the other."""
    if match := re.match(
        r"(?:and |but |now )?(?:there(?:'s| is| are)|i (?:can )?(?:still )?see|"
        r"it left) (?P<what>(?:a |an |some |still )*(?:\w+ )?(?:smudge|mark|blur|artifact|trace|"
        r"outline|halo|stain|ghost|spot|line|seam|patch)s?)(?: .*)?$",
        text,
        re.I,
    ):
        return [Step("restore", p.bare(match["what"]), "clean")]
    for candidate in (raw, text):
        if match := _STILL.match(candidate):
            what = next(group for group in match.groups() if group)
            what = re.sub(
                r"^(?:the )?(?:bit|part|one|ones|some|spot|piece)s? (?=(?:on|in|at|near|behind|of)\b)",
                "",
                what,
                flags=re.I,
            )
            if re.match(r"(?:on|in|at|near|behind)\b", what) and last.target:
                what = f"{p.head(last.target)} {what}"
            if re.match(r"(?:it|that|this|he|she|they|them)$", what, re.I):
                return [last]
            if re.match(r"its ", what, re.I) and past.focus:
                what = _OF_THING.sub(f"{past.focus}'s ", what)
            if re.match(r"(?:a |an |some )?(?:smudge|mark|blur|artifact|trace|outline|halo|stain|ghost)", what, re.I):
                return [Step("restore", p.bare(what), "clean")]
            target = references.resolve(what, last.target or "", past)
            if last.op in ("remove", "remove_text", "blur", "redact_text", "replace", "recolor"):
                return [changed(last, target=target)]
            return [Step("remove", target)]
        if match := _WRONG.match(candidate):
            right = match["right"] or match["right2"] or match["right3"] or match["right4"] or match["right5"]
            if (
                not right
                and not match["what"]
                and not re.match(r".*\b(?:not (?:that|this|him|her|it)|other)\b", candidate, re.I)
            ):
                continue
            if (
                match["right5"]
                and not (references.is_reference(right) or (last.target and p.head(right) == p.head(last.target)))
                and last.op in ("insert", "style")
            ):
                continue
            aspect = match["what"] and re.match(
                r"colou?r|shade|way|direction|size|place|spot|side", match["what"], re.I
            )
            if aspect and not right:
                return [Step("undo"), Step("clarify", last.target)]
            target_was = last.target or last.value or ""
            if right and (verb := lexicon.opening_verb(strip_preamble(right))) and verb[1]:
                return [Step("undo"), *parse_clause(right)]
            if right and p.is_plain_colour(right):
                return [Step("undo"), *_new_colour(right, past, last)]
            if not right:
                right = "the other one"
            right = re.sub(
                r"^(?:but |i (?:meant|wanted|mean|said) |it(?:'s| is| was| should be| should have been) |use |"
                r"take |do |try )+",
                "",
                right,
                flags=re.I,
            )
            target = references.resolve(right, target_was, past)
            if _NOT_FOUND.search(past.last_reply):
                return [changed(last, target=target)]
            return [Step("undo"), changed(last, target=target)]
    if match := re.match(
        r"^(?P<op>blur|remove|recolou?r|crop|replace|hide|pixelate|darken|brighten) (?:it|him|her|"
        r"them|that|this)(?: (?P<more>.+?))? (?:instead of|rather than|not) \w+(?:ing)?(?: (?:it|him|"
        r"her|them|that))?$",
        text,
        re.I,
    ):
        steps = parse_clause(f"{match['op']} the {past.focus or last.target or 'image'} {match['more'] or ''}")
        return [Step("undo"), *steps]
    if match := re.match(r"^(?P<op>blur|remove|pixelate|hide) (?:it|him|her|them|that|this) instead$", text, re.I):
        return [Step("undo"), *parse_clause(f"{match['op']} the {past.focus or last.target or 'image'}")]
    return []


def _amounts(text: str, last: Step) -> list[Step]:
    """Numbers that correct or continue the last edit."""
    if match := _CHANGE_AMOUNT.match(text):
        number = match["n"].replace(" ", "")
        down = (
            re.match(r"decrease|lower|reduce|drop", match["verb"], re.I)
            or number.startswith("-")
            or re.search(r"\bdown\b", text)
        )
        if last.op == "adjust":
            return [
                Step(
                    "adjust",
                    last.target,
                    f"{_quantity_of(last.value)} "
                    f"{'-' if down else '+'}{number.lstrip('+-')}{'%' if match['unit'] else ''}",
                )
            ]
        if last.op in ("resize_object", "rotate", "crop", "outpaint", "blur"):
            return [changed(last, value=f"{'-' if down else ''}{number.lstrip('+-')}{match['unit'] or ''}")]
    if match := _AMOUNT.match(text):
        number = f"{match['n']}{'%' if match['unit'] in ('%', 'percent') else ''}"
        less = (match["sign"] or "").startswith("-") or (match["way"] or "") in ("less", "lower")
        if last.op == "adjust":
            return [Step("adjust", last.target, f"{_quantity_of(last.value)} {'-' if less else '+'}{number}")]
        if last.op == "rotate":
            return [Step("rotate", last.target, f"{match['n']} degrees {match['way'] or ''}".strip())]
        if last.op in ("resize_object", "crop", "outpaint", "blur", "move"):
            return [changed(last, value=f"{text}")]
    if (match := _COUNTED.match(text)) and last.op == "insert" and last.value:
        thing = thing_of(last) or last.value
        more = re.sub(r"^(?:one|two|three|a|\d+) ", "", thing)
        count = {"two": "another", "2": "another", "three": "two more", "3": "two more"}.get(
            match["n"].lower(), match["n"]
        )
        return [Step("insert", last.target, f"{count} {more}")]
    return []


_QUANTITY_WORDS = {
    "bright": "brightness", "dark": "brightness", "light": "brightness", "contrast": "contrast", "satur": "saturation",
    "vivid": "saturation", "colourful": "saturation", "colorful": "saturation", "vibran": "saturation",
    "warm": "warmth", "cool": "warmth", "sharp": "sharpness", "exposure": "exposure",
}  # fmt: skip


def _quantity_of(value: str | None) -> str:
    """The quantity that an adjustment's value speaks of."""
    value = (value or "").lower()
    for word, name in _QUANTITY_WORDS.items():
        if word in value:
            return name
    return re.sub(r"\s*[-+]?\d+.*$|^(?:more|less|slightly|a bit|even|much)\s+", "", value).strip() or "strength"


def _sames(raw: str, text: str, past: Conversation, last: Step) -> list[Step]:
    """The last edit once more, for something else, for all pictures."""
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
            what, *but = re.split(r",? but (?:make (?:it|that) |this time )?(?:in )?", match["what"], maxsplit=1)
            same = _to_each(what, past, last)
            if but and (p.could_be_colour(but[0]) or v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.SIZE})", but[0])):
                return [changed(step, value=p.colour_words(but[0])) for step in same]
            return same
    if match := _TOO.match(text) or _TOO.match(_LEAD.sub("", raw).strip(" ,.!?") or raw):
        what = match["what"]
        if (
            lexicon.opening_verb(strip_preamble(what)) is None
            and not p.is_plain_colour(what)
            and not re.search(r"\b(?:is|are|was|should|needs?)\b", what)
        ):
            return _to_each(what, past, last)
    if (match := _MATCHING.match(text)) and past.focus:
        if last.op == "recolor" and last.value:
            return [Step("recolor", p.noun_phrase(match["what"]), last.value)]
        return [Step("adjust", p.noun_phrase(match["what"]), f"match the {past.focus}")]
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
    phrase = phrase.strip(" ,.!?")
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


def _degrees(text: str, past: Conversation, last: Step) -> list[Step]:
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
        found = [_degrees(part, past, last) for part in parts]
        if all(found):
            return list(dict.fromkeys(step for steps in found for step in steps))
    said = re.split(r"\s*,\s*", plain)
    if len(said) > 1 and all(_LESS.match(part) for part in said[:2]):
        return _less(last)
    for dialled in (text, plain):
        if _LESS.match(dialled):
            return _less(last)
        if _MORE.match(dialled):
            return _more(last)
    if match := re.match(
        r"^(?:(?:way|far|much|a (?:bit|little)|still|slightly|just|now) )*too (?P<how>[\w-]+)(?: (?:now|though))?$",
        plain,
        re.I,
    ):
        from agent.offline.complaints import OPPOSITES

        wish = OPPOSITES.get(match["how"].lower(), f"less {match['how']}")
        return _degrees(wish, past, last) or _tone(wish, past, last)
    focus = past.focus
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
    if (match := _EXCEPT.match(raw)) and not re.match(
        r"not (?:enough|so|that|as|too|quite|bad|sure|really)\b", raw, re.I
    ):
        what = p.bare(match["what"])
        whole = last.target or "image"
        return [Step("undo"), changed(last, target=f"{whole} except the {what}")]
    return []


def _new_colour(phrase: str, past: Conversation, last: Step) -> list[Step]:
    value = p.colour_words(phrase)
    if last.op == "background_replace":
        return [Step("background_replace", None, value)]
    if last.op == "background_remove":
        return [Step("background_replace", None, value)]
    if last.op == "adjust" and not last.target:
        return [Step("adjust", None, f"{value} tint")]
    focus = past.focus
    return [Step("recolor", last.target if last.op == "recolor" else focus or last.target or "it", value)]


def _new_value(phrase: str, last: Step) -> list[Step]:
    """A bare noun phrase as what should be there instead."""
    if re.match(
        r"(?:i|you|we|he|she|they|it|there|what|why|how|who|when|where|is|are|do|does|can|yes|no|ok)\b", phrase, re.I
    ):
        return []
    bare = p.bare(phrase)
    if last.op in ("background_replace", "background_remove"):
        return [Step("background_replace", None, re.sub(r"\s+background$", "", bare))]
    if last.op == "style":
        return [Step("style", last.target, bare)]
    if last.op == "replace":
        return [Step("replace", thing_of(last), bare)]
    if last.op == "insert":
        if re.match(r"(?:an?|some|two|three)\b", phrase, re.I) and thing_of(last):
            return [Step("replace", thing_of(last), bare)]
        return []
    if last.op == "crop" and (match := re.search(framing.RATIO, bare, re.I)):
        return [Step("crop", last.target, match[0])]
    if last.op == "rotate":
        return framing.rotate(bare, "rotate")
    return []


def answer(text: str, past: Conversation) -> list[Step]:
    """The steps when the text answers the question the assistant has just asked; empty when it does not."""
    asked = past.open_edit
    if asked is None and not past.last_reply.strip().endswith("?"):
        return []
    raw = text.strip(" ,.!;")
    if intents.chat(raw) and not re.match(
        r"(?:yes|yep|yeah|yup|no|nope|sure|ok|both|all|great|perfect|right|exactly|thanks|not|never|nothing)\b",
        raw,
        re.I,
    ):
        return []
    steps = [step for step in (asked.steps if asked else []) if step.op not in ("undo", "redo", "compare")]
    wanted = [step for step in steps if step.op not in ("clarify", "other")]
    if re.fullmatch(
        r"(?:(?:yes|yeah|yep|yup|sure|ok|okay|please|please do|do it|do that|go ahead|go for it|"
        r"of course|absolutely|definitely|correct|exactly|that's (?:right|it)|sounds good|y|yea|ya|"
        r"fine|why not|aye|indeed|perfect|great|do so|proceed|alright|certainly|by all means|both|"
        r"all(?: of (?:them|it))?|remove (?:them|it|both)|thanks|thank you|that would be (?:great|"
        r"nice|good)|i do|let's do (?:it|that)|make it so)[\s,.!]*)+",
        raw,
        re.I,
    ):
        offer = past.offer()
        if re.fullmatch(r"(?:both|all|all of (?:them|it)|remove both)", raw, re.I) and wanted:
            return [changed(step, target=_plural(step.target)) for step in wanted]
        if offer:
            offered = parse_clause(offer)
            if offered and offered[0].op not in ("clarify", "other"):
                if not any(
                    step.target and (v.is_pronoun(step.target) or re.match(r"(?:all|both|any)\b", step.target))
                    for step in offered
                ):
                    return offered
                if not wanted and past.last:
                    return [changed(step, target=past.focus) for step in offered]
        return wanted
    if re.fullmatch(
        r"(?:(?:no|nope|nah|no thanks|no thank you|not now|don't|leave it|never ?mind|cancel|"
        r"that's (?:it|all|fine)|it's fine|i'm good|not really|no need|neither|none(?: of them)?|"
        r"thanks|skip(?: it| that)?|forget (?:it|about it))[\s,.!]*)+",
        raw,
        re.I,
    ):
        return [Step("other", None, "no action")]
    if wanted and (
        but := re.match(
            r"(?:all(?: of them)?|everyone|everybody|every one|both)(?:,)? (?:but|except)(?: for)? (?P<who>.+)$",
            raw,
            re.I,
        )
    ):
        return [changed(step, target=f"{_plural(step.target)} except the {p.bare(but['who'])}") for step in wanted]
    short = re.sub(
        r"^(?:(?:neither|none|no|nope|yes|yeah|um|uh|hmm|oh|well|sorry|i mean|i meant|i want|it's|"
        r"it is|that's|please|just|only|ok|the one i mean is|let's say|make it|do|"
        r"actually)[\s,:;.–-]+)+",
        "",
        raw,
        flags=re.I,
    )
    short = re.sub(r"[\s,]+(?:please|pls|thanks|thank you|i think|i guess|maybe)$", "", short, flags=re.I)
    if lexicon.opening_verb(strip_preamble(short)) and not references.is_reference(short):
        return []
    options = references.options(past.last_reply)
    if wanted:
        picked = re.split(r"\s*,\s*(?:and )?|\s+and\s+", short)
        if len(picked) > 1 and all(references.is_pointing(f"the {part.removeprefix('the ')}") for part in picked):
            return [
                changed(step, target=references.pick(part, step.target or step.value or "", past.last_reply))
                for step in wanted
                for part in picked
            ]
        if references.is_reference(short) or (options and references.choose(short, options)):
            return [
                changed(step, target=references.pick(short, step.target or step.value or "", past.last_reply))
                for step in wanted
            ]
        if p.is_plain_colour(short) and wanted[-1].op == "recolor":
            return [changed(wanted[-1], value=p.colour_words(short))]
    if asked is not None and len(short.split()) <= 12:
        question = strip_tail(asked.text)
        for joint in (" ", " to ", " with ", " by ", " on "):
            found = parse_clause(f"{question}{joint}{short}")
            if found and found[0].op not in ("clarify", "other") and found != wanted and _uses(found, short):
                return found
        if (
            wanted
            and not re.match(r"(?:i|you|we|what|why|how|who|can|could|is|are|do)\b", short, re.I)
            and wanted[-1].op not in ("undo",)
        ):
            if wanted[-1].op == "insert":
                return [changed(wanted[-1], target=p.bare(re.sub(r"^(?:on|in|at|to) ", "", short)))]
            return [changed(step, target=references.pick(short, step.target or "", past.last_reply)) for step in wanted]
        targets = [step.target for step in steps if step.op == "clarify" and step.target]
        if targets and p.could_be_colour(short):
            return [Step("recolor", targets[0], p.colour_words(short))]
    return []


def _uses(steps: list[Step], phrase: str) -> bool:
    said = {
        word
        for word in re.findall(r"\w+", phrase.lower())
        if word not in ("the", "a", "to", "it", "please", "one", "by", "in", "on")
    }
    read = set(re.findall(r"\w+", " ".join(f"{step.value} {step.op}" for step in steps).lower()))
    return bool(said) and bool(said & read or any(step.op in ("crop", "rotate", "outpaint") for step in steps))


def _plural(target: str | None) -> str | None:
    if target is None or p.is_plural(target):
        return target
    noun = p.head(target)
    return target.replace(noun, noun + "s", 1) if noun else target


__all__ = ["answer", "bare_clause", "elliptical", "loose", "toning", "transfer"]
