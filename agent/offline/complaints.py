"""What is wrong with the picture ("the sky is too dark", "there's a stain on his tie") as the wish it implies."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.lexicon import opening_verb

OPPOSITES = {
    "dark": "brighter", "bright": "darker", "light": "darker", "dim": "brighter", "blurry": "not blurry",
    "blurred": "not blurry", "fuzzy": "not blurry", "yellow": "less yellow", "yellowish": "less yellow",
    "yellowed": "less yellow",
    "bluish": "less blue", "greenish": "less green", "reddish": "less red", "pinkish": "less pink", "warm": "cooler",
    "cold": "warmer", "cool": "warmer", "dull": "more vivid", "drab": "more vivid", "bland": "more vivid",
    "lifeless": "more vivid", "muddy": "more vivid", "saturated": "less saturated", "oversaturated": "less saturated",
    "grainy": "not grainy", "noisy": "not noisy", "big": "smaller", "large": "smaller", "huge": "smaller",
    "small": "bigger", "tiny": "bigger", "tall": "shorter", "short": "taller", "flat": "more contrast",
    "pale": "more saturated", "faded": "more saturated", "red": "less red", "blue": "less blue",
    "green": "less green", "orange": "less orange", "pink": "less pink", "overexposed": "darker",
    "underexposed": "brighter", "washed": "more contrast", "contrasty": "less contrast", "sharp": "softer",
    "soft": "sharper", "harsh": "softer", "colorful": "less saturated", "colourful": "less saturated",
    "vivid": "less saturated", "wide": "narrower", "narrow": "wider", "thin": "thicker", "thick": "thinner",
    "long": "shorter", "fat": "slimmer", "crooked": "straight", "tilted": "straight", "slanted": "straight",
    "skewed": "straight", "wonky": "straight", "askew": "straight", "sideways": "upright", "hazy": "not hazy",
    "foggy": "not foggy", "shiny": "less shiny", "pixelated": "not pixelated", "close": "zoomed out",
    "strong": "less strong", "busy": "less busy", "gloomy": "brighter", "shadowy": "brighter", "murky": "clearer",
    "wrinkled": "smooth", "wrinkly": "smooth", "creased": "smooth", "dirty": "clean", "messy": "clean",
    "dusty": "clean", "smudged": "clean", "stained": "clean", "scratched": "clean", "torn": "restored",
    "ripped": "restored", "rough": "smoother",
    "jagged": "smoother", "uneven": "even", "patchy": "even", "frizzy": "smooth",
    "rusty": "clean", "greasy": "clean",
    "chipped": "restored", "cracked": "restored", "bent": "straight", "damaged": "restored",
}  # fmt: skip
_VERY = (
    r"(?:(?:a (?:bit|little|tad|touch)|way|far|much|just|still|really|very|so|kind of|kinda|"
    r"slightly|all|pretty|quite|super|rather|somewhat|also) )*"
)
_IS = (
    r"(?:(?: (?:is|are|looks?|seems?|appears?|was|came out|turned out|feels?|has come out|got|"
    r"have come out)|'s|'re) )"
)
_NP = r"(?P<np>(?:(?:the|this|my|his|her|that|our|their|these|those|your) )?[\w' -]{1,50}?|it|they)"
_STATED = re.compile(rf"^{_NP}{_IS}(?P<very>{_VERY})(?P<too>too )?(?P<how>[\w-]+)(?P<rest>(?: out)?(?: .*)?)$", re.I)
_TELEGRAPHED = re.compile(
    rf"^{_NP} (?P<very>{_VERY})(?P<too>too )?(?P<how>crooked|tilted|slanted|skewed|wonky|yellowed|"
    rf"yellowish|blurry|grainy|noisy|dusty|dirty|wrinkled|creased|"
    r"smudged|stained|scratched|faded|washed|overexposed|underexposed|pixelated)(?P<rest>(?: out)?)$",
    re.I,
)
_NOT_ENOUGH = re.compile(
    rf"^{_NP}(?: (?:is|are|looks?|do|does|has|have))?(?:n't| not|'s not|"
    rf"nt)(?: look)? (?P<how>[\w-]+) enough(?: .*)?$",
    re.I,
)
_NOT_STRAIGHT = re.compile(
    rf"^{_NP}(?: (?:is|are|looks?|does))?(?:n't| not|'s not|nt)(?: look)? (?:\w+ )?(?:straight|"
    rf"level|upright)$",
    re.I,
)
_LACKS = re.compile(
    rf"^{_NP} (?:lacks?|is lacking|is missing|doesn't have enough|needs|could use|has no) (?:some |"
    rf"a bit of )?(?P<what>.+)$",
    re.I,
)
_THERE_IS = re.compile(
    r"^(?:(?:there(?:'s| is| are|s)|i (?:can )?see|you can see|i (?:have|got|notice)) )(?:(?:an?|"
    r"some|this|these|the|annoying|ugly|"
    r"weird|big|huge|little|small|lots of|a lot of|too much|too many|so much|so many|still) )*(?P<what>.+)$",
    re.I,
)
_HAS = re.compile(
    rf"^{_NP} (?:has|have|got|shows?|suffers from|is full of|is covered (?:in|with)|is ruined by) "
    r"(?:(?:an?|some|this|these|the|annoying|ugly|weird|big|lots of|a lot of|too much|too many|so much|so many|got) )*"
    r"(?P<what>[\w' -]+?)(?P<on> (?:on|in|all over) .+)?$",
    re.I,
)
_IN_THE_WAY = re.compile(
    r"^(?P<np>.+?) (?:(?:is|are|was|were|'s) )?(?:in the way|distracting|annoying|photo ?bomb(?:ing|ed|s)?(?: .*)?|"
    r"ruin(?:s|ing|ed)?(?: .*)?|block(?:s|ing|ed)?(?: .*)?|spoil(?:s|ing|ed)?(?: .*)?|distract(?:s|ing)? from .*|"
    r"sticking out|an eyesore|bothering me|unwanted|bothers? me|got in(?:to)? (?:the|my|"
    r"our) (?:shot|frame|photo|picture).*)$",
    re.I,
)
_CUT_OFF = re.compile(
    rf"^{_NP}{_IS}(?:\w+ )?(?:cut|cropped|chopped) (?:off|out|short)(?: (?:at|on|by|to|"
    rf"from)? ?(?:the )?(?P<side>left|right|top|bottom|sides?).*)?$",
    re.I,
)
_OFF = re.compile(
    rf"^(?P<np>(?:the )?(?:horizon|angle|perspective|alignment|tilt|{v.QUANTITY}))(?:(?: is| are| looks?|'s)|"
    rf"(?<!shadow)(?<!shadows)(?<!light)(?<!lights)(?<!glow)(?<!glare)(?<!highlights)(?<!texture)) "
    rf"{_VERY}(?:off|wrong|weird|bad|terrible|awful)$",
    re.I,
)
_UPRIGHT = re.compile(r"\b(?:straight|level|upright)$")


def wishes(clause: str) -> list[str]:
    """The imperatives a complaint amounts to, in the order complained; empty when the clause is no complaint."""
    clause = clause.strip(" .,!?:;")
    if opening_verb(clause):
        return []
    if match := _IN_THE_WAY.match(clause):
        thing = re.sub(r"^(?:there(?:'s| is| are) |i have |but )", "", match["np"].strip(" ,"), flags=re.I)
        thing = re.sub(r" (?:that|who|which)$", "", thing)
        return [] if v.is_pronoun(thing) else [f"remove {thing}"]
    if _CUT_OFF.match(clause) and (match := _CUT_OFF.match(clause)):
        return [f"extend the image {match['side'] or ''}".strip()]
    if match := _NOT_STRAIGHT.match(clause):
        return [_straightened(match["np"])]
    if match := _OFF.match(clause):
        level = re.search(r"(?:horizon|angle|perspective|alignment|tilt)$", match["np"], re.I)
        return ["straighten the image" if level else f"correct {match['np']}"]
    if match := _NOT_ENOUGH.match(clause):
        return [f"make {match['np']} more {match['how']}"]
    if match := _THERE_IS.match(clause):
        if re.match(
            r"(?:[\w-]+ ){0,2}(?:spot|mark|line|streak|smear|blotch|blob|speck|patch|glare|flare|finger|"
            r"thumb)s?\b",
            match["what"],
            re.I,
        ):
            return [f"remove {match['what']}"]
        return [f"fix {match['what']}"] if _is_flaw(match["what"]) else []
    if (match := _HAS.match(clause)) and _is_flaw(match["what"]):
        thing = match["np"] if p.noun_phrase(match["np"]) and not v.is_pronoun(match["np"]) else ""
        place = match["on"] if match["on"] and not re.search(r"\b(?:it|them)$", match["on"]) else ""
        what = re.sub(r" (?:from|after|due to|because of|caused by) .*$", "", match["what"])
        return [f"fix {what}{place or (f' on {thing}' if thing else '')}"]
    if (match := _LACKS.match(clause)) and v.full(rf"(?:more )?{v.QUANTITY}", match["what"]):
        thing = p.noun_phrase(match["np"])
        more = match["what"].removeprefix("more ")
        return [f"increase the {more}" + (f" of {thing}" if thing and not v.is_pronoun(thing) else "")]
    telegraphed = _TELEGRAPHED.match(clause)
    if (
        telegraphed
        and re.match(r"(?:blurry|washed|faded|grainy|noisy|dirty|dusty)", telegraphed["how"], re.I)
        and v.is_background(telegraphed["np"])
    ):
        return []
    if match := _STATED.match(clause) or _TELEGRAPHED.match(clause):
        return _stated(match)
    return []


def _stated(match: re.Match[str]) -> list[str]:
    found = []
    rest = match["rest"]
    for state in re.split(r",? (?:and|but) |, ", f"{match['how']}{rest}"):
        words = re.sub(rf"^{_VERY}(?:too )?", "", state, flags=re.I).split()
        how = words[0].lower() if words else ""
        tinted = v.is_image(match["np"]) or re.search(r"\b(?:it|everything|skin|face|faces|whites)$", match["np"], re.I)
        stated_colour = p.is_plain_colour(how) and not (match["too"] or match["very"] or tinted)
        if how in OPPOSITES and not stated_colour:
            found.append(_opposite(match["np"], how))
        elif match["too"] and not found and re.fullmatch(r"[a-z]+", how):
            found.append(f"make {match['np']} less {how}")
    return found


def _is_flaw(phrase: str) -> bool:
    return v.full(
        rf"(?:[\w-]+ ){{0,2}}?{v.FLAW}(?: (?:on|in|over|all over|across|around|under|from|near)\b.*)?", phrase
    )


def _straightened(thing: str) -> str:
    return "straighten the image" if p.noun_phrase(thing) is None or v.is_pronoun(thing) else f"straighten {thing}"


def _opposite(thing: str, state: str) -> str:
    wish = OPPOSITES[state]
    thing = re.sub(r"^i$", "me", thing, flags=re.I)
    if wish == "more contrast" and re.fullmatch(r"me|we|he|she|they", thing, re.I):
        return "increase the contrast"
    if wish == "more contrast" and v.full(rf"(?:the |its |all |my )*{v.QUANTITY}", thing):
        return "increase the contrast"
    if wish == "zoomed out":
        return "zoom out"
    if _UPRIGHT.search(wish):
        return _straightened(thing)
    if wish == "restored":
        return f"restore {thing}"
    return f"make {thing} {wish}"


def subject(clause: str) -> str | None:
    """What a complaint is about: the flaw on the thing where it names one."""
    if (match := _HAS.match(clause)) and _is_flaw(match["what"]) and p.noun_phrase(match["np"]):
        return match["what"] + (match["on"] or f" on {match['np']}")
    match = _STATED.match(clause) or _TELEGRAPHED.match(clause) or _NOT_STRAIGHT.match(clause)
    return p.noun_phrase(match["np"]) if match and not v.is_pronoun(match["np"]) else None
