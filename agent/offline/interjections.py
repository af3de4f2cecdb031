"""The small words a follow-up opens with ("hmm, actually, maybe")."""

from __future__ import annotations

import re

from agent.offline.normalise import strip_tail

LEAD = re.compile(
    r"^(?:(?:and|also|but|hmm+|hm|no|nope|nah|ok|okay|now|then|oh|actually|well|wait|so|oops|"
    r"sorry|yes|yeah|great|perfect|good|nice|cool|"
    r"thanks|thank you|please|pls|maybe|perhaps|or|great job|not quite|almost|better|ugh|eh|"
    r"can (?:you|we|u)|could (?:you|we|u)|let's|try|just|"
    r"i want|i'd like|i think|i prefer|i would prefer|i meant|i mean|make|rather|ideally|mm|uh|um|"
    r"huh|alright|lovely|getting there)\b[\s,.!:–-]*)+",
    re.I,
)


def bare_clause(clause: str) -> str:
    """A follow-up without its politeness and interjections."""
    text = strip_tail(clause.strip())
    short = LEAD.sub("", text).strip(" ,.!?")
    return strip_tail(short) or text
