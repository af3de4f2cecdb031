"""Requests that bring things in, move them or change their size."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.dressing import wear
from agent.offline.erasing import trim
from agent.offline.inserting import insert, place_of
from agent.offline.normalise import has_quotation
from agent.offline.steps import Step


def put(rest: str) -> list[Step]:
    """Steps for "put": in place of, on a background, into words, a new thing, or a known thing moved."""
    from agent.offline.assigning import assign
    from agent.offline.replacing import replace

    rest = trim(rest)
    if lit := re.match(
        r"(?P<what>.+?) (?:in|into|under) (?:an? |some )?(?P<how>\w+(?:er|ier)? (?:light|lighting))$", rest, re.I
    ):
        return [Step("adjust", p.noun_phrase(lit["what"]), lit["how"])]
    if match := re.match(
        r"(?P<new>.+?) (?:in place of|instead of|in the place of|where) (?P<old>.+?)(?: (?:is|was|are|were))?$",
        rest,
        re.I,
    ):
        return replace(f"{match['old']} with {match['new']}")
    if re.match(r"(?:it|that|this|them|everything|the .+?) back(?: in)?(?: (?:to|the way|how|where).*)?$", rest, re.I):
        return [Step("undo")]
    if re.match(r"the [A-Z]\w+(?: [A-Z]\w+)* (?:in|on|at|behind|next to|into|onto)\b", rest):
        return insert(rest, "put")  # a landmark, so it is in no picture yet
    if match := re.match(
        r"(?P<what>.+?) (?:on|onto|in|into|against|over|in front of|with|at|before|"
        r"on to) (?P<where>(?:an? |the |some |pure |plain |solid |different |"
        r"new )*(?:[\w#,'-]+ ){0,6}?(?:background|backdrop|bg|setting|surface|scene))$",
        rest,
        re.I,
    ):
        where = p.bare(match["where"])
        if v.full(r"(?:the )?(?:background|foreground|scene)", match["where"]):
            return (
                insert(rest, "put")
                if not _definite(match["what"])
                else [Step("move", p.noun_phrase(match["what"]), f"in {match['where']}")]
            )
        colour = re.sub(r"\s*(?:background|backdrop|bg)$", "", where, flags=re.I)
        if re.search(r"\btransparent\b", colour, re.I):
            return [Step("background_remove")]
        return [Step("background_replace", None, p.bare(colour))]
    if (
        (match := re.match(r"(?P<who>.+?) (?:in|into) (?P<what>(?:an? |some |the )?.+)$", rest, re.I))
        and _definite(match["who"])
        and v.full(rf"(?:[\w'-]+ )*?(?:{v.CLOTHES}|{v.ACCESSORY})(?: (?:of|with|from) .+)?", match["what"])
    ):
        return wear(match["who"], match["what"])
    what, relation, where = place_of(rest)
    if re.search(r"\bon fire$", rest, re.I):
        return [Step("insert", p.noun_phrase(re.sub(r"\s*on fire$", "", rest)), "fire")]
    if relation in ("in", "into", "to") and where and v.full(r"(?:the )?(?:style|form|shape) of .+", where):
        return assign(what, where)
    if (
        where
        and re.match(r"(?:in|on|at|onto|into|inside|to|by|near|under)$", relation)
        and re.fullmatch(rf"(?:an? |the )?(?:\w+ ){{0,3}}?{v.PLACE}(?:\s.*)?", where, re.I)
        and _definite(what)
        and (
            v.is_pronoun(what)
            or re.match(
                r"(?:me|us|the (?:man|woman|dog|cat|car|person|people|bear|product|boy|girl)|this|my)\b", what, re.I
            )
        )
    ):
        return [Step("background_replace", None, p.bare(where))]
    if (
        relation == "behind"
        and re.fullmatch(
            r"me|us|him|her|them|it|the (?:subject|person|people|couple|man|woman|product|dog|cat)", where, re.I
        )
        and (v.found(v.PLACE, what) or v.found(v.WEATHER, what))
    ):
        return [Step("background_replace", None, p.bare(what))]
    if (
        v.is_pronoun(what)
        and relation in ("on", "onto", "against", "over", "in front of")
        and (p.could_be_colour(where) or v.full(v.MATERIAL, p.bare(where)))
    ):
        return [Step("background_replace", None, p.colour_words(where))]
    if re.match(
        r"(?:the (?:full )?(?:moon|sun|stars)|(?:my|our|your|his|her|the) (?:name|logo|brand|initials|"
        r"signature|company|website|caption|title))\b",
        what,
        re.I,
    ):
        return insert(rest, "put")
    if (
        re.match(r"(?:me|us|him|her|them|my \w+|the (?:person|man|woman|couple|product|subject))\b", what, re.I)
        and relation in ("in front of", "at", "in")
        and re.fullmatch(rf"(?:an? |the )?(?:\w+ ){{0,3}}?{v.PLACE}(?:\s.*)?", where, re.I)
    ):
        return [Step("background_replace", None, p.bare(where))]
    if not where and not relation:
        return insert(rest, "put") if not _definite(rest) or has_quotation(rest) else [Step("clarify")]
    if _definite(what) and not has_quotation(what):
        if v.full(rf"(?:the |an? |his |her |my |some )*(?:\w+ )*?{v.WRITING}", what) or re.match(
            r"(?:his|her|the) own", what
        ):
            return insert(rest, "put")
        return [
            Step(
                "move",
                p.noun_phrase(what) or what,
                f"{relation} {p.bare(where)}".strip()
                if not relation.startswith(("on the", "in the", "at the", "to the"))
                else f"{relation} {where}".strip(),
            )
        ]
    return insert(rest, "put")


def _definite(phrase: str) -> bool:
    return bool(
        re.match(
            r"(?:the|this|that|these|those|it|him|her|them|his|their|my|our|your|everything|me|us)\b",
            phrase.strip(),
            re.I,
        )
    )
