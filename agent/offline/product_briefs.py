"""The wishes of a product photo's brief, a phrase each: "bg white", "fill 85%", "on grey", "product on the right"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step
from agent.offline.tables import Rule, rule

_PRODUCT = r"(?:(?:the |a )?(?:product|item|shot|photo|image|it|object|model|subject)s? )?"
_BEHIND = r"(?:back ?ground|backdrop|bg|b/g|seamless|sweep|cyc(?:lorama)?|infinity cove)"
_LIGHT = (
    r"(?:soft|hard|warm|cool|cold|even|studio|window|natural|side|back|rim|ambient|candle|morning|evening|day|sun|moon|"
    r"golden hour|sunset|sunrise|dramatic|diffuse[d]?|directional)"
)
_FIT = (
    r"symmetric(?:al)?|even|straight|clean|cleaner|true|accurate|correct|neutral|crisp|sharp|smooth|tidy|neat|uniform|"
    r"consistent|legible|readable|balanced"
)


def _on_a_colour(m: re.Match[str]) -> list[Step]:
    if p.is_plain_colour(m["bg"]):
        behind = [Step("background_replace", None, p.colour_words(m["bg"]))]
    elif v.full(r"transparent|png|nothing", m["bg"]):
        behind = [Step("background_remove")]
    else:
        return []
    return behind + ([Step("insert", None, p.bare(m["extra"]))] if m["extra"] else [])


def _background(m: re.Match[str]) -> list[Step]:
    kind = p.bare(re.sub(r"^(?:with|on|in|onto|against|the|an?) ", "", (m["kind"] or m["kind2"]).strip(), flags=re.I))
    kind = re.sub(r"^(?:an?|the|plain|solid|clean|simple) (?=\w)", "", kind)
    if v.full(r"(?:an? )?(?:transparent|no|png|clear|removed?|without)", kind):
        return [Step("background_remove")]
    if v.full(rf"{v.DEGREE}{v.BLURRED}", kind):
        return [Step("blur", "background")]
    if not p.could_be_colour(kind) and not v.full(
        rf"(?:[\w-]+ ){{0,4}}?(?:{v.PLACE}|{v.WEATHER}|{v.MATERIAL}|gradient|bokeh|studio)", kind
    ):
        return []
    if v.full(rf"{v.DEGREE}(?:{v.TONE})", kind) and not p.is_plain_colour(kind):
        return [Step("adjust", "background", kind)]
    return [Step("background_replace", None, kind)]


def _in_order(m: re.Match[str]) -> list[Step]:
    thing = p.noun_phrase(m["np"])
    if v.full(rf"(?:the )?{v.QUANTITY}", m["np"]):
        return [Step("adjust", None, m[0])]
    if m["how"].lower() == "straight":
        return [Step("rotate", thing, "straighten")]
    return [Step("restore", thing, m["how"])] if thing and len(thing.split()) <= 4 else []


RULES: tuple[Rule, ...] = (
    rule(
        r"(?:an? )?(?P<how>(?:slightly |much |bit |little )*(?:tight|clos|wid|loos)er) crop$",
        lambda m: [Step("crop", None, m["how"])],
    ),
    rule(
        rf"{_PRODUCT}(?:on|onto|against|over) (?:an? |the )?"
        rf"(?P<bg>[\w#' -]+?)(?: {_BEHIND})?(?:,? (?:with|and|"
        r"\+) (?P<extra>(?:an? )?(?:\w+[ -])*(?:shadow|reflection)s?))?$",
        _on_a_colour,
    ),
    rule(
        r"(?:the )?(?:product |item |it )?(?:to )?(?P<how>(?:fill(?:s|ing)?|occup(?:y|ies)) \d+ ?%|"
        r"\d+ ?% fill)(?: of (?:the )?frame)?$",
        lambda m: [Step("crop", None, m["how"])],
    ),
    rule(
        rf"(?:an? |in |with )*(?:{_LIGHT}[ ,]+)*{_LIGHT} ?light(?:ing)?(?: from (?:the )?\w+)?$",
        lambda m: [Step("adjust", None, p.bare(m[0]))],
    ),
    rule(
        r"(?:(?:an?|the|one|same|in) )*(?P<colour>[\w#-]+(?: [\w-]+)?) (?:version|variant|colou?r ?way|"
        r"variation|option|one)s?$",
        lambda m: [Step("recolor", "product", m["colour"])] if p.is_plain_colour(m["colour"]) else [],
    ),
    rule(rf"(?P<how>{_FIT}) (?P<np>[\w' -]+)$", _in_order),
    rule(
        r"(?P<what>(?:the |my )?[\w-]+(?: [\w-]+)?) (?P<where>(?:far |top |bottom |upper |lower )?(?:left|right|"
        r"top|bottom))$",
        lambda m: [Step("move", p.noun_phrase(m["what"]), m["where"])] if not v.is_image(m["what"]) else [],
    ),
    rule(
        r"(?:some |more |extra |empty |leave |with )*(?:copy ?space|room|space)(?: for (?:the |"
        r"a )?[\w ]+?)? ?(?:(?:on|at|to) the |"
        r"to )?(?P<side>left|right|top|bottom|above|below)(?: side)?$",
        lambda m: [Step("outpaint", None, m["side"])],
    ),
    rule(r"(?:re)?cent(?:er|re)(?:e?d)?$", lambda m: [Step("move", "product", "center")]),
    rule(
        r"(?P<size>\d{3,5} ?(?:x|×|by) ?\d{3,5})(?: ?(?:px|pixels))?$",
        lambda m: [Step("other", None, f"resize to {m['size']}")],
    ),
    rule(
        r"(?:on |onto |in |then )*(?P<white>pure white(?: Qtxt\d+z| #?f{3,6}| \(?255.*)?)$",
        lambda m: [Step("background_replace", None, m["white"])],
    ),
    rule(
        r"(?P<what>(?:the |my )?(?:product|subject|logo|text|model|item|bottle|title|headline|[\w-]+)) "
        r"(?P<where>(?:more |a bit |further |slightly )*(?:on|at|to|in|towards) the (?:far )?(?:left|"
        r"right|top|bottom|middle|cent(?:er|re))(?: (?:side|third|half|corner|edge))?)$",
        lambda m: [Step("move", p.noun_phrase(m["what"]), m["where"])],
    ),
    rule(
        r"(?P<kind>(?:an? |the |with |on |in |pure |plain |solid |clean |"
        r"simple )*.+?) (?:back ?ground|backdrop|bg|b/g|sweep|seamless|cyc(?:lorama)?)$|(?:back ?ground|"
        r"backdrop|bg) (?:in |to |"
        r"as )?(?P<kind2>[^,]+)$",
        _background,
    ),
)
