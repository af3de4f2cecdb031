"""A sentence cut into the clauses that each ask for one thing."""

from __future__ import annotations

import re

from agent.offline import lexicon
from agent.offline import vocabulary as v
from agent.offline.normalise import strip_preamble

_CONNECTOR = re.compile(
    r"(?:^|[\s,;.:&+)\]-])(?:and then|and also|and|then|also|plus|but also|but|&|\+|or|after that|"
    r"afterwards|next|,|;|:|\)|nd|adn|n)\s*$|[,;:&+)–—]\s*$",
    re.I,
)
_POLITE = re.compile(
    r"(?<=[\w,.;)])[\s,]+(?:and |but |so |or |then |also )*(?=(?:please |also |then |"
    r"now )*(?:(?:can|could|would|will) (?:you|someone|some one|somebody|anyone|anybody|any one|u|"
    r"we)\b|please (?:also )?(?!and\b)[a-z]+ (?:the|a|it|my|this|her|his|all|out|up)\b|i (?:also |"
    r"would |just |really )*(?:need|want|would like|'d like)\b|i'd (?:also )?(?:like|love)\b|"
    r"if (?:someone|anyone|you) (?:can|could)\b|is (?:it|there) (?:possible|any)\b|hoping\b|"
    r"looking (?:for|to)\b|wondering if\b|there should\b|but keep\b))"
    r"|[,;]?\s+(?:and|but|then)\s+(?=(?:undo|redo|revert)\b)"
    r"|(?:(?<=undo)|(?<=undo that)|(?<=undo it)),?\s+(?:and|but|then)\s+(?=[a-z])"
    r"|,?\s+(?:and|but|also|plus)\s+(?=(?:please )?no (?!longer|more than|one\b)\w)"
    r"|,?\s+and\s+(?=(?:the|his|her|my|their|its) [\w' ]{2,40}? (?:should|must|needs? to|has to)\b)"
    r"|,\s*(?=(?:the|their|his|her|my|its) [\w' ]{2,30}? (?:should|must|can|needs?|has|have)(?:n't| not)?\b)"
    r"|,\s*(?=(?:just )?look at\b)"
    r"|,\s*but\s+(?=(?:everything|everyone|the rest|all the|make|the others?)\b)"
    r"|,\s*(?=(?:and )?(?:the|his|her|my|their|its) [\w' -]{2,30}? (?:too|as well|also)$)"
    r"|,\s*(?=(?:it|he|she|they|that) (?!too\b|also\b)\w+s\b)"
    r"|,\s*(?=(?:it|he|she|they|that|everything|everyone)(?: (?:has to|have to|needs? to|must|"
    r"should|could|looks?|is|are|was)|'s)\b)"
    r"|[,;]?\s+(?:and )?then,?\s+(?!again\b)(?=\S)",
    re.I,
)
_BLOCKING = frozenset(
    "to the a an don't not can't i we would could should will of that who which for without or me us let no more "
    "less this my his her so very never must someone anyone somebody anybody better with in on at from is was need "
    "want it's by as like only its their how what why when where be been being are has have had into your our do "
    "does did get make help and/or if while than under over behind near last previous latest "
    "color colour recent two three one every each all some any these those".split()
)
_SKIPPABLE = re.compile(
    r"(?:\s|^)(?:second|third|fourth|actually|maybe|instead|ok|okay|so|well|hmm|no|yes|great|"
    r"perfect|first|oh|wait|oops|thanks|thank you|hi|hello|hey|please|pls|plz|also|then|now|just|"
    r"kindly|only|and|can you|could you|simply|maybe|next|finally|afterwards|lastly|too|,|;)\s*$",
    re.I,
)
_NOT_AFTER_MAKE = frozenset(
    "turn raise put give lower take hold move stand sit look jump run point wave open close face "
    "swing extend rest drop bend lift change set".split()
)
_NEEDS_OBJECT = frozenset(
    "light cover paint set frame level place top print label cut warm cool fill shade stain tan "
"mask mark open close look "
    "text clean dim color colour tint style pop age match patch stamp trim top bow plant hang "
"bin dump kill lose drop trash "
    "position fix blur crop zoom mirror filter poster grade separate clear help better stick rest sit stand lay better "
    "double triple dodge burn balance up back correct perfect slim thin narrow narrow free "
"complete empty copy smooth shave "
    "cool outline circle highlight trace highlight spin tilt flip pad detail blend patch iron "
"better render update edit set shape "
    "shift post share save type write transfer push pull nudge align mount install post bump max "
"lift halve mute tame ease"
    .split()
)  # fmt: skip
_NOT_OBJECT = re.compile(
    r"(?:$|(?:of|in|on|from|at|to|for|by|is|are|and|or|with|,|that|which|around|behind|as|than|"
    r"like|was|near|under|above|next)\b)",
    re.I,
)
_DETERMINER = re.compile(
    rf"(?:out |up |off |down |in )?(?:{'|'.join(sorted(lexicon.DETERMINERS))}|more|less|qtxt\w+|faces|people|\w+'s)\b",
    re.I,
)


_QUANTITY = re.compile(rf"(?:up |down )?{v.QUANTITY}(?![\w-])", re.I)


def clauses(sentence: str) -> list[str]:
    """The clauses of one sentence, without the words that joined them."""
    found: list[str] = []
    for part in _POLITE.split(sentence):
        for statement in _statements(part):
            found += _split_verbs(statement)
    return [clause for clause in (_trim(part) for part in found) if re.search(r"\w", clause)]


_STATED = re.compile(
    r",?\s+(?:and|but)\s+(?=(?:the|his|her|my|their|its|it|they) ?[\w' ]{0,30}? ?(?:is|are|looks?|was|were|seems?|has|"
    r"have|feels?)(?:n't)? \w)",
    re.I,
)


def _statements(part: str) -> list[str]:
    """The statements of a part that asks for nothing outright ("it is dark and the sky looks dull")."""
    return [part] if lexicon.opening_verb(strip_preamble(part)) else _STATED.split(part)


def _split_verbs(text: str) -> list[str]:
    parts: list[str] = []
    begin = 0
    opened = ""  # the verb the current clause opened with
    for match in re.finditer(r"(?<![\w'-])[a-z][\w-]*", text, re.I):
        at = match.start()
        word = match[0].lower()
        if word not in lexicon.first_words():
            continue
        before = text[begin:at]
        opening = lexicon.opening_verb(text[at:])
        if opening is None:
            continue
        verb, rest, _ = opening
        stripped = before
        while skip := _SKIPPABLE.search(stripped):
            stripped = stripped[: skip.start()]
        if not re.search(r"\w", stripped):
            opened = opened or verb
            continue
        if _opens(before, stripped, verb, word, rest, opened, text[at:]):
            parts.append(text[begin:at])
            begin = at
            opened = verb
        elif not opened and re.match(r"(?:can|could|would|please|i|we|help|to)\b", before, re.I):
            opened = verb
    parts.append(text[begin:])
    return parts


def _opens(before: str, stripped: str, verb: str, word: str, rest: str, opened: str, text_after: str) -> bool:
    """Whether a verb at this place opens a new clause."""
    last = re.findall(r"[\w'/]+", stripped)[-1].lower()
    if word == "turn" and last in ("quarter", "half", "full", "u", "three"):
        return False
    joined = stripped.rstrip() != before.rstrip() or bool(_CONNECTOR.search(before))
    if joined:
        pairing = re.search(r"\b(?P<word>between|both)\b[^,]*$", stripped, re.I)
        if pairing and " and" not in stripped and not (pairing["word"] == "both" and _DETERMINER.match(rest)):
            return False
        if re.search(r"\bto\s*$", before) or last in ("to", "not"):
            return False
        if (
            opened in ("make", "let", "have", "get")
            and word in ("turn", "stand", "sit", "look", "jump", "run", "wave", "face", "smile", "close", "open")
            and not _DETERMINER.match(rest)
        ):
            return False
        if word in ("replace", "substitute", "swap") and re.match(r"(?:with|by|for) ", rest, re.I):
            return False
        if word in _NEEDS_OBJECT and " " not in verb:
            if re.match(
                r"(?:clear|better|cool|warm|bright|dim|thin|slim|light|separate|perfect|smooth|clean|narrow|"
                r"double|triple)$",
                word,
            ):
                return bool(_DETERMINER.match(rest)) and bool(rest)
            if word in ("crop", "flip", "mirror", "blur") and re.match(r"and \w+ (?:it|them|the|this)\b", rest):
                return True
            if word in (
                "blur",
                "crop",
                "zoom",
                "mirror",
                "fix",
                "clean",
                "smooth",
                "outline",
                "highlight",
                "save",
                "flip",
                "edit",
                "trim",
                "help",
                "correct",
            ):
                return (
                    bool(rest)
                    and (
                        not _NOT_OBJECT.match(rest)
                        or bool(re.match(r"(?:in on|to (?:the|a|square|\d+)|on the|in)\b", rest))
                    )
                ) or (not rest and word in ("crop", "flip", "mirror", "blur"))
            if word in ("place", "position", "mount") and re.match(
                r"(?:on|onto|in|into|against|at|next to)\b", rest, re.I
            ):
                return True
            return bool(_DETERMINER.match(rest) or _QUANTITY.match(rest))
        return True
    if last in _BLOCKING or (re.search(r"[\w]'s?$", stripped) and not rest):
        return False
    if opened in ("make", "let", "have", "get") and word in _NOT_AFTER_MAKE:
        return False
    if word in ("crop", "flip", "rotate") and re.match(r"\w+\s*(?:[,;.:]|$)", text_after):
        return False
    if word in lexicon.RUN_ON_VERBS:
        return bool(rest) and not re.match(r"(?:of|is|are|in the|was)\b", rest, re.I)
    if word in lexicon.NOUN_VERBS and word not in (
        "color",
        "colour",
        "shade",
        "level",
        "keep",
        "set",
        "place",
        "light",
        "cool",
        "warm",
        "highlight",
    ):
        return bool(_DETERMINER.match(rest)) and not re.match(r"(?:a|an|all|out)\b", last)
    return False


def _trim(clause: str) -> str:
    clause = clause.strip(" \t,;:&+-–—.")
    for _ in range(4):
        short = re.sub(
            r"(?:^|[\s,])(?:and then|and also|and|then|also|plus|but|&|or|n|second|third|finally|maybe|"
            r"perhaps|please|can you|could you|so|kindly|just)\s*$",
            "",
            clause,
            flags=re.I,
        ).strip(" ,;:&+-–—.")
        if short == clause or not short:
            break
        clause = short
    return clause
