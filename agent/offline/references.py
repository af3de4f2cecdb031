"""Phrases that only point ("the left one", "both", "number 2"), and what they point at."""

from __future__ import annotations

import re

from agent.offline import lexicon
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.history import Conversation

_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th|left ?most|right ?most|"
    r"left(?:-hand)?|right(?:-hand)?|top|bottom|upper|lower|middle|cent(?:er|re|ral)|front|back|"
    r"rear|near(?:er|est)?|far(?:ther|thest)?|other|closest|furthest|big(?:ger|gest)?|small(?:er|"
    r"est)?|larg(?:er|est)|tall(?:er|est)?|short(?:er|est)?|old(?:er|est)?|young(?:er|est)?|"
    r"new(?:er|est)?|dark(?:er|est)?|light(?:er|est)?|bright(?:er|est)?|same|next|previous|"
    r"remaining|opposite|wider|longer|thinner)"
)
_POINTING = re.compile(
    rf"^(?:(?:only|just|maybe|no|yes|i (?:mean|meant)|it's|it is|and|also|please|ok|okay|definitely)[\s,]+)*(?:"
    rf"(?:the )?(?:former|latter)|(?:the )?{_ORDINAL} (?:from|counting from) (?:the )?\w+|(?:the |"
    rf"that |this )?(?:very |far )?(?:{_ORDINAL}[ -]?)+(?:one|ones|side|guy|two|three|"
    rf"both)?(?: (?:of (?:them|the two|those)|there|here|please|please!))?"
    rf"|(?:the |that |this |those |these )(?:[\w-]+ ){{0,3}}ones?(?: (?:on|in|at|with|next to|"
    rf"behind|near|by|wearing|holding|to|of|under|above|from|closest|nearest|that|who|which|"
    rf"without|between|facing|sitting|standing|below|over|beside|further|farther)\b.*)?"
    r"|(?:both|all|either|each|every one|everyone|everything|any)(?: (?:of (?:them|those|these|"
    r"it)|two|three|one))?|all (?:two|three|four|five|\d+)|them all|the (?:two|three|"
    r"four)(?: on .*)?|number (?:\d+|one|two|three|four|five)|(?:option |no\.? ?|nr\.? ?|#)\d+|"
    r"\d+|one|two|three|four"
    r"|(?:on |to |at )?the (?:left|right|top|bottom|middle|cent(?:er|re)|front|back)(?: (?:side|"
    r"one|corner))?|left|right|this|that|these|those|this one|that one|neither|none"
    r"|(?:the )?ones? (?:on|in|at|with|next to|behind|near|by|wearing|holding|to|of|under|above|"
    r"from|closest|nearest|that|who|which|without|between|facing)\b.*)$",
    re.I,
)
_NUMBER = {
    "1": "first",
    "2": "second",
    "3": "third",
    "4": "fourth",
    "5": "fifth",
    "one": "first",
    "two": "second",
    "three": "third",
    "four": "fourth",
    "five": "fifth",
}


def is_reference(text: str) -> bool:
    """Whether a short text merely names a thing ("the left one", "the red car", "both", "number 2")."""
    text = re.sub(r"[\s,]+(?:please|pls|thanks|thank you)$", "", text.strip(" .,!?;"), flags=re.I)
    if not text or len(text) > 90 or len(text.split()) > 12:
        return False
    if _POINTING.match(text):
        return True
    if not re.match(r"(?:the|this|that|these|those|his|her|their|my|its|both|all)\b", text, re.I):
        return False
    if lexicon.opening_verb(text) or re.search(
        r"\b(?:is|are|was|should|needs?|must|looks?|to be|becomes?|has|have|same)\b|[:;?]", text, re.I
    ):
        return False
    if (p.colour_suffix(text) and len(text.split()) > 2) or v.full(
        rf".+ {v.DEGREE}(?:{v.TONE}|{v.SIZE}|{v.BLURRED}|{v.BLACK_WHITE}|gone)", text
    ):
        return False
    return len(text.split()) >= 2


def resolve(phrase: str, before: str, past: Conversation) -> str:
    """The thing a phrase means, given the target before it: "the left one" after "right plate" is "left plate"."""
    phrase = phrase.strip(" ,.!?")
    kind = _kind(before)
    if re.fullmatch(r"(?:the )?other(?: (?P<noun>one|\w+))?", phrase, re.I):
        told = _other_in(past.last_reply, before)
        if told:
            return told
        noun = phrase.split()[-1].lower()
        return f"other {kind}" if noun in ("other", "one") else f"other {noun}"
    if match := re.match(r"(?:its) (?P<part>.+)$", phrase, re.I):
        return f"{past.focus or before}'s {match['part']}" if past.focus or before else match["part"]
    if re.fullmatch(r"(?:it|him|her|them|that|this|those|these)", phrase, re.I):
        return past.focus or before or phrase
    if is_pointing(phrase) and kind:
        return pick(phrase, before, past.last_reply)
    if (
        before
        and kind
        and (owner := re.search(rf"\b{re.escape(p.head(before))} of (?:the |a )?(?:\w+ )?(\w+)", past.last_reply, re.I))
    ) and p.head(phrase) in (owner[1].lower(), p.singular(owner[1].lower())):
        return f"{kind} of the {p.bare(phrase)}"
    return p.noun_phrase(phrase) or p.bare(phrase)


def is_pointing(phrase: str) -> bool:
    """Whether the phrase has no noun of its own."""
    return bool(_POINTING.match(phrase.strip(" ,.!?")))


def _kind(target: str) -> str:
    """What kind of thing a target is, without its qualifiers of place and order."""
    front = re.split(r"\s(?:on|in|at|to|near|behind|next to|with|of the)\b", p.bare(target), maxsplit=1)[0]
    return re.sub(rf"^(?:{_ORDINAL}\s+)+", "", front, flags=re.I).strip()


def pick(phrase: str, before: str, question: str) -> str:
    """The target a pointing answer picks, with the noun from the request ("the taller one" -> "taller building")."""
    phrase = re.sub(
        r"^(?:(?:only|just|maybe|no|yes|please|i (?:mean|meant)|it's|neither|none)[\s,]+)+",
        "",
        phrase.strip(" ,.!?"),
        flags=re.I,
    )
    if (
        len(offered := options(question)) == 2
        and (place := re.fullmatch(r"(?:the )?(former|first|latter|second|last)(?: one| option)?", phrase, re.I))
        and (p.singular(p.head(offered[0])) == p.singular(p.head(before)) or place[1].lower() in ("former", "latter"))
    ):
        return offered[0 if place[1].lower() in ("former", "first") else 1]
    chosen = choose(phrase, options(question))
    if chosen:
        named = re.sub(r"\bone\b", _kind(before) or "one", chosen)
        return pick(named, before, "") if named == chosen and is_pointing(chosen) and _kind(before) else named
    if match := re.match(rf"(?:the )?(?P<which>{_ORDINAL}) (?P<rest>(?:from|to|on|in|at|next|of) .+)$", phrase, re.I):  # noqa: SIM102
        if _kind(before):
            return f"{match['which']} {_kind(before)} {match['rest']}"
    if not is_pointing(phrase):
        return p.noun_phrase(phrase) or p.bare(phrase)
    kind = _kind(before) or "thing"
    if re.match(r"(?:both|all|either|each|every|any|them all|the (?:two|three|four))\b", phrase, re.I):
        noun = p.head(kind)
        return kind if p.is_plural(kind) or not noun else re.sub(rf"{re.escape(noun)}$", f"{noun}s", kind)
    if match := re.match(r"(?:number |option |no\.? ?|nr\.? ?|#)?(\d+|one|two|three|four|five)$", phrase, re.I):
        return f"{_NUMBER.get(match[1].lower(), match[1])} {kind}"
    if match := re.match(r"(?:the |that |this |those )?(?P<which>(?:[\w-]+ ){0,3}?)ones? ?(?P<rest>.*)$", phrase, re.I):
        return " ".join(f"{match['which']} {kind} {match['rest']}".split())
    which = p.bare(
        re.sub(r"\s+(?:side|please)$", "", re.sub(r"^(?:on|to|at) (?:the )?", "", phrase, flags=re.I), flags=re.I)
    )
    which = re.sub(r"\s+of (?:them|the two|those)$|\s+(?:there|here)$", "", which)
    if re.fullmatch(r"this|that|these|those", which, re.I):
        return kind
    return f"{which} {kind}"


def numbered_options(question: str) -> dict[str, str]:
    """What a question offers under numbers or letters ("1) top left 2) bottom right"), by number."""
    found = re.findall(r"(?:^|[\s(])(\d|[a-dA-D])[).:] +(.+?)(?=[,;]? +\(?(?:\d|[a-dA-D])[).:] |[?.]?$)", question)
    return {number.lower(): p.bare(option) for number, option in found}


def options(question: str) -> list[str]:
    """The things an assistant's question offers ("the floor lamp or the table lamp")."""
    if len(numbered := numbered_options(question)) > 1:
        return list(numbered.values())
    found: list[str] = []
    for sentence in re.split(r"(?<=[.?!])\s+", question):
        text = re.sub(
            r"^.*?\b(?:do you mean|did you mean|i (?:can )?see|there (?:is|are)|i found|you mean|"
            r"which (?:one)?|shall i|should i|is it|i have|we have)\b[\s:,]*",
            "",
            sentence.strip(" ?.!"),
            flags=re.I,
        )
        if ":" in text:
            text = text.split(":", 1)[1]
        parts = re.split(r"\s*,\s*(?:or |and )?|\s+(?:or|and)\s+", text)
        if len(parts) > 1:
            found += [p.bare(part) for part in parts if 0 < len(part.split()) <= 8]
    return [
        option for option in found if not re.match(r"(?:which|what|two|three|four|both|do|shall|\d)\b", option, re.I)
    ]


def choose(phrase: str, choices: list[str]) -> str | None:
    """The one choice that shares the phrase's telling words; None when none or several do."""
    drop = {"the", "one", "a", "an", "on", "in", "at", "of", "that", "this", "please", "with", "to", "by", "is"}
    words = {p.singular(word) for word in re.findall(r"[\w-]+", phrase.lower())} - drop
    if not words:
        return None
    matching = [
        choice for choice in choices if words & {p.singular(word) for word in re.findall(r"[\w-]+", choice.lower())}
    ]
    if len(matching) == 1 and (len(p.bare(matching[0]).split()) > 1 or not is_pointing(phrase)):
        return matching[0]
    return None


def _other_in(told: str, before: str) -> str | None:
    """Which other thing of that kind the assistant named ("The white dog is still in the picture")."""
    noun = p.head(before)
    if not noun:
        return None
    edited = re.search(
        rf"\b(?:removed|recolou?red|blurred|edited|changed|selected|cropped|replaced|moved|darkened|"
        rf"brightened|made|turned|picked)\s+(?:the |a |"
        rf"an )?((?:[\w-]+ ){{0,3}}?{re.escape(p.singular(noun))}\w*)",
        told,
        re.I,
    )
    mentions = re.findall(rf"\bthe ((?:[\w-]+ ){{1,2}}?{re.escape(p.singular(noun))}s?)\b", told, re.I)
    for mention in mentions:
        if mention.lower() not in (before.lower(), edited[1].lower() if edited else ""):  # noqa: SIM102
            if not re.match(rf"(?:{'|'.join(('same', 'picture', 'other', 'only'))})\b", mention):
                return mention
    opposite = {
        "front": "back",
        "back": "front",
        "left": "right",
        "right": "left",
        "top": "bottom",
        "bottom": "top",
        "upper": "lower",
        "lower": "upper",
        "bigger": "smaller",
        "smaller": "bigger",
        "first": "second",
        "near": "far",
        "taller": "shorter",
        "shorter": "taller",
        "larger": "smaller",
    }
    qualifier = (edited[1] if edited else before).split()[0].lower()
    if qualifier in opposite:
        return f"{opposite[qualifier]} {noun}"
    return None
