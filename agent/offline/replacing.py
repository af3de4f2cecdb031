"""Requests that put one thing in another's place: "replace X with Y", "swap X for Y", "substitute Y for X"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.assigning import assign
from agent.offline.attributes import change_attribute, change_background
from agent.offline.erasing import trim
from agent.offline.steps import Step

_HUES = frozenset(
    "red orange yellow green blue purple violet pink brown black white grey gray beige teal navy gold silver cream "
    "turquoise cyan magenta maroon burgundy lavender tan khaki".split()
)


def replace(rest: str, verb: str = "replace") -> list[Step]:
    """Steps for "replace X with Y", "swap X for Y", "substitute Y for X"."""
    rest = trim(re.sub(r"^out\s+", "", rest))
    if verb == "substitute" and (match := re.match(r"(?P<new>.+?) for (?P<old>.+)$", rest, re.I)):
        return _replaced(match["old"], match["new"])
    if match := re.match(
        r"(?:the )?(?:positions?|places?|locations?) of (.+)$|(.+?) (?:positions?|places?)$", rest, re.I
    ):
        return [Step("move", p.noun_phrase(match[1] or match[2]), "swap positions")]
    separator = r"\s+(?:with|by|for|to|into|out for|out with|in favou?r of|in exchange for|→|->)\s+"
    match = re.match(rf"(?P<old>.+?){separator}(?P<new>.+)$", rest, re.I)
    if match is None:
        if re.match(r"(?:to )(?:an? |the )?(.+)$", rest, re.I):  # "switch to a Ghibli style"
            return assign("image", re.sub(r"^to ", "", rest))
        if verb.startswith(("swap", "switch", "exchange", "interchange")) and re.search(r"\band\b", rest):
            return [Step("move", p.noun_phrase(rest), "swap positions")]
        if verb.startswith(("swap", "switch")) and re.search(
            r"\bof (?:the )?(?:two|both)\b|^(?:the )?(?:two|both)\b", rest, re.I
        ):
            return [Step("move", p.noun_phrase(rest), "swap positions")]
        return [Step("clarify", p.noun_phrase(rest) if rest else None)]
    old, new = match["old"], match["new"]
    if (
        (later := re.match(rf"(?P<more>.+?){separator}(?P<new>(?:an?|some) .+)$", new, re.I))
        and re.match(r"(?:the|his|her|a) ", new)
        and not re.match(r"an? ", new)
    ):
        old, new = f"{old} with {later['more']}", later["new"]
    pairs = re.match(
        rf"(?P<new>.+?)(?:,? and |, )(?:replace |swap )?(?P<old2>(?:the|his|her|my|all|both|"
        rf"their) .+?){separator}(?P<new2>.+)$",
        new,
        re.I,
    )
    if pairs:
        return _replaced(old, pairs["new"]) + _replaced(pairs["old2"], pairs["new2"])
    return _replaced(old, new)


def _is_a_thing(new: str) -> bool:
    """Whether "a green pear" is meant and not the colour of pears: an article, a hue, and another noun behind it."""
    words = new.lower().split()
    return len(words) > 2 and words[0] in ("a", "an") and words[-1] not in _HUES and bool(_HUES & set(words[1:-1]))


def _replaced(old: str, new: str) -> list[Step]:
    new = re.sub(r"\s+instead$", "", trim(new))
    if v.is_background(old) or v.full(
        r"(?:the )?(?:location|setting|scenery|scene|environment|studio|whole background|place)", old
    ):
        return change_background(new, old)
    attribute = change_attribute(old, new)
    if attribute is not None:
        return attribute
    target = p.noun_phrase(old)
    if target is None:
        return assign("image", new)
    if p.is_plain_colour(new) and not _is_a_thing(new):
        return [Step("recolor", target, p.colour_words(new))]
    return [Step("replace", p.noun_phrase(part) or part, p.bare(new)) for part in p.coordinated(old)]
