"""Wishes without a verb: "more contrast", "white background", "square 1:1", "a dragon over the castle"."""

from __future__ import annotations

import re

from agent.offline import (
    assigning,
    changing,
    erasing,
    framing,
    inserting,
    nominal,
    toning,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import has_quotation, strip_preamble, strip_tail
from agent.offline.steps import Step


def verbless(clause: str) -> list[Step]:
    """Wishes without a verb: "more contrast", "white background", "square 1:1", "brighter"."""
    text = erasing.trim(clause)
    if not text or len(text) > 160:
        return []
    if match := re.match(
        rf"(?:the )?(?P<what>{v.QUANTITY})\s*(?:by |at |to |=)?\s*(?P<n>[-+]\s?\d+(?:\.\d+)?\s?%?|"
        rf"(?P<way>up|down)\b.*|\d+\s?%?)$",
        text,
        re.I,
    ):
        if match["way"]:
            return toning.level(match["what"], 1 if match["way"].lower() == "up" else -1, "")
        return toning.adjust(f"{match['what']} {match['n']}")
    if re.fullmatch(
        r"(?:an? )?(?:(?:subtle|soft|natural|light|realistic|contact|drop|long)[ -])+(?:shadow|"
        r"reflection)s?",
        text,
        re.I,
    ):
        return [Step("insert", None, p.bare(text))]
    if re.fullmatch(r"auto[- ]?(?:enhance|fix|correct|levels?|tone|adjust|contrast|colou?r)", text, re.I):
        return [Step("adjust", None, "auto")]
    if v.full(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*", text) and not p.is_plain_colour(text):
        return [Step("adjust", None, part) for part in p.coordinated(text)]
    if (match := re.match(r"(?:the |a )?(?:same )?(?P<what>[\w' -]+?) in (?P<colours>.+)$", text, re.I)) and (
        colours := p.colour_list(match["colours"])
    ):
        return [Step("recolor", p.bare(match["what"]), p.colour_words(one)) for one in colours]
    if re.match(
        r"(?:an? |the |some )?(?:[\w-]+[ -]){0,3}?(?:shadows?|reflections?|border|frame|outline|"
        r"vignette|caption|text|logo|highlight|glow)s? (?:under|below|beneath|around|behind|on|over|"
        r"at|next to|above|in|across)\b",
        text,
        re.I,
    ) and not re.search(r"\b(?:is|are|looks?|should|was)\b", text):
        return inserting.insert(text)
    if match := re.match(
        rf"(?P<how>(?:a (?:little |tiny )?(?:bit|touch|tad) |a little |slightly |much |a lot |way |"
        rf"even |some |just )*(?P<dir>more|less|higher|lower|extra|increased|reduced|"
        rf"better)) (?P<what>(?:{v.QUANTITY})(?:(?:,| and|, and) (?:(?:more|"
        rf"less) )?{v.QUANTITY})*)(?: (?:in|on|to|for) (?P<where>.+))?$",
        text,
        re.I,
    ):
        direction = -1 if match["dir"].lower() in ("less", "lower", "reduced") else 1
        return toning.level(
            re.sub(r"\b(?:more|less) ", "", match["what"]) + (f" of {match['where']}" if match["where"] else ""),
            direction,
            "",
        )
    if v.full(
        rf"(?:some |a bit |a little |much )*(?:more|less) {v.TONE} (?:colou?rs?|tones?|light|lighting|"
        rf"shadows|look|feel)",
        text,
    ):
        return [Step("adjust", None, text)]
    if edits := nominal.nominal(text):
        return edits
    if match := re.match(
        r"(?P<what>(?:the )?[\w' -]{2,40}?) off (?:of )?(?P<where>(?:the|his|her|my|its|their) .+)$", text, re.I
    ):
        return [erasing.erase_one(f"{match['what']} on {match['where']}")]
    if (
        match := re.match(r"(?:a (?:bit|little) |much |way |slightly )?(?:less|no|fewer) (?P<what>.+)$", text, re.I)
    ) and (repair := erasing.flaw(match["what"])):
        return [repair]
    if match := re.match(
        r"(?:an? )?(?P<how>(?:slightly |much |bit |little )*(?:tight|clos|wid|loos)er) crop$", text, re.I
    ):
        return [Step("crop", None, match["how"])]
    if match := re.match(
        r"(?:(?:the |a )?(?:product|item|shot|photo|image|it|object|model|subject)s? )?(?:on|onto|"
        r"against|over) (?:an? |the )?"
        r"(?P<bg>[\w#' -]+?)(?: (?:back ?ground|backdrop|bg|seamless))?(?:,? (?:with|and|"
        r"\+) (?P<extra>(?:an? )?(?:\w+[ -])*(?:shadow|reflection)s?))?$",
        text,
        re.I,
    ):
        behind = []
        if p.is_plain_colour(match["bg"]):
            behind = [Step("background_replace", None, p.colour_words(match["bg"]))]
        elif v.full(r"transparent|png|nothing", match["bg"]):
            behind = [Step("background_remove")]
        if behind:
            return behind + ([Step("insert", None, p.bare(match["extra"]))] if match["extra"] else [])
    if match := re.match(
        r"(?:the )?(?:product |item |it )?(?:to )?(?P<how>(?:fill(?:s|ing)?|occup(?:y|ies)) \d+ ?%|"
        r"\d+ ?% fill)(?: of (?:the )?frame)?$",
        text,
        re.I,
    ):
        return [Step("crop", None, match["how"])]
    if match := re.match(r"(?P<size>\d{3,5} ?(?:x|×|by) ?\d{3,5})(?: ?(?:px|pixels))?$", text, re.I):
        return [Step("other", None, f"resize to {match['size']}")]
    if v.full(r"(?:on |onto |in |then )*pure white(?: Qtxt\d+z| #?f{3,6}| \(?255.*)?", text):
        return [Step("background_replace", None, re.sub(r"^(?:on|onto|in|then) ", "", text))]
    if match := re.match(
        r"(?P<what>(?:the |my )?(?:product|subject|logo|text|model|item|bottle|title|headline|[\w-]+)) "
        r"(?P<where>(?:more |a bit |further |slightly )*(?:on|at|to|in|towards) the (?:far )?(?:left|"
        r"right|top|bottom|middle|cent(?:er|re))(?: (?:side|third|half|corner|edge))?)$",
        text,
        re.I,
    ):
        return [Step("move", p.noun_phrase(match["what"]), match["where"])]
    if match := re.match(
        r"(?P<kind>(?:an? |the |with |on |in |pure |plain |solid |clean |"
        r"simple )*.+?) (?:back ?ground|backdrop|bg|b/g)$|(?:back ?ground|backdrop|bg) (?:in |to |"
        r"as )?(?P<kind2>[^,]+)$",
        text,
        re.I,
    ):
        kind = p.bare(
            re.sub(r"^(?:with|on|in|onto|against|the|an?) ", "", (match["kind"] or match["kind2"]).strip(), flags=re.I)
        )
        kind = re.sub(r"^(?:an?|the|plain|solid|clean|simple) (?=\w)", "", kind)
        if v.full(r"(?:an? )?(?:transparent|no|png|clear|removed?|without)", kind):
            return [Step("background_remove")]
        if v.full(rf"{v.DEGREE}{v.BLURRED}", kind):
            return [Step("blur", "background")]
        if p.could_be_colour(kind) or v.full(
            rf"(?:[\w-]+ ){{0,4}}?(?:{v.PLACE}|{v.WEATHER}|gradient|bokeh|studio)", kind
        ):
            if v.full(rf"{v.DEGREE}(?:{v.TONE})", kind) and not p.is_plain_colour(kind):
                return [Step("adjust", "background", kind)]
            return [Step("background_replace", None, kind)]
    if v.full(rf"(?:in |to |an? )*{v.BLACK_WHITE}(?: (?:please|version|photo|image))?", text):
        return [Step("adjust", None, text)]
    if match := re.match(
        rf"(?:an? |in |to )*(?P<ratio>{framing.RATIO})(?: (?P<r2>\d+:\d+))?(?: \d{{3,5}} ?(?:px|"
        rf"pixels))?(?: (?:crop|ratio|aspect ratio|"
        rf"format|photo|image))?(?: (?:for|on) (?:my |the )?[\w ]+)?$",
        text,
        re.I,
    ):
        return [Step("crop", None, match["r2"] or match["ratio"])]
    if re.match(
        r"(?:\d+ ?%|\d+ ?px|some|more|extra|even) (?:padding|margin|space|room|empty space|white ?space)\b", text, re.I
    ) or re.match(
        r"(?:some |a bit |a little |a lot |much |)(?:more|extra) (?:empty |blank |white |negative |"
        r"breathing |head)? ?(?:space|room|padding|margin|sky|canvas|headroom)\b",
        text,
        re.I,
    ):
        side = re.search(r"\b(?:on|at|to|above|below|around|for|in|over|under)\b.*$", text)
        return [Step("outpaint", None, side[0] if side and not re.search(r"\d", text) else text)]
    if match := re.match(r"(?:in (?:the )?)?(?P<what>.+?) style$", text, re.I):
        return [Step("style", None, p.bare(match["what"]))] if v.found(v.STYLE, text) or len(text.split()) <= 4 else []
    if re.match(
        r"(?:higher|better|high|max(?:imum)?) (?:res|resolution|quality|def|definition)$|(?:hd|4k|8k|uhd)$", text, re.I
    ):
        return [Step("restore", None, text)]
    if (
        match := re.match(r"(?:more|less|a bit more|a little more|slightly more) (?P<what>.+)$", text, re.I)
    ) and p.is_plain_colour(match["what"]):
        return [Step("adjust", None, text)]
    if "," not in text and (
        match := re.match(
            r"(?:some|more|another|a few more|one more|a couple more|two more|three more|extra) (?!of\b)(?P<what>.+)$",
            text,
            re.I,
        )
    ):
        return inserting.insert(text)
    if re.match(r"(?:closer|tighter|zoomed in|closeup|close-up|close up)\b", text, re.I):
        return framing.crop(re.sub(r"^(?:closer|zoomed in|close-?up|close up)(?: of)?", "", text), "crop")
    if re.match(r"(?:wider|zoomed out|farther away|wide shot)\b", text, re.I):
        return [Step("outpaint", None, text)]
    if v.full(r"(?:a )?(?:side by side|before (?:and|/|&|vs\.?) after)(?: .*)?", text):
        return [Step("compare")]
    if match := re.match(
        r"(?P<what>(?:the |my |his |her )?[\w' -]{2,40}?) (?:cent(?:er|re)(?:e?d)?|in the (?:cent(?:er|re)|middle))$",
        text,
        re.I,
    ):
        return [Step("move", p.noun_phrase(match["what"]), "center")]
    if (
        (
            match := re.match(
                rf"(?P<how>(?:(?:a bit|slightly|much|even) )?(?:{v.TONE}|{v.SIZE}|{v.BLURRED})) (?P<np>[\w' ]+)$",
                text,
                re.I,
            )
        )
        and re.search(r"er$|^(?:more|less)", match["how"].split()[-1])
        and len(match["np"].split()) <= 4
    ):
        return assigning.assign(match["np"], match["how"])
    if re.fullmatch(rf"(?:an? |the |in |with )*(?:\w+ )?{v.STYLE} {v.STYLE_NOUN}", text, re.I):
        return [Step("style", None, p.bare(text))]
    if (
        2 <= len(text.split()) <= 7
        and "," not in text
        and not re.match(
            r"(?:no|nope|nah|yes|yeah|use|try|actually|maybe|perhaps|rather|instead|or|but|also|and|just|"
            r"only|still|match|i'd|i'll|let|please|i|it|he|she|they|we|you|this|that|these|there|thanks?|"
            r"thank|what|how|why|who|when|is|are|do|can|not|very|so|too|hi|hello|as|if|in|on|at|for|with|"
            r"my wife's)\b",
            text,
            re.I,
        )
        and not re.search(r"\b(?:is|are|was|were|has|have|had|looks?|because|but)\b", text, re.I)
    ):
        steps = changing.make(text)
        if (
            steps
            and all(
                (step.op == "other" and v.full(r"open|closed|shut|lit|on|off|smiling|awake|asleep", step.value or ""))
                or (
                    step.op in ("recolor", "adjust", "resize_object", "blur", "background_replace", "background_remove")
                    and (step.value or step.op in ("blur", "background_remove"))
                )
                for step in steps
            )
            and not (steps[0].op == "recolor" and steps[0].target and len(steps[0].target.split()) > 3)
        ):
            return steps
    if has_quotation(text) and re.match(r"Qtxt\d+z (?:on|at|in|under|above|below|over|across|next to)\b", text):
        return inserting.insert(text)
    return []


def wanted_thing(clause: str) -> list[Step]:
    """A new thing merely named with its place ("a dragon flying over the castle"); empty for anything else."""
    text = re.sub(r"^(?:and|plus|maybe|also|with)\s+", "", erasing.trim(strip_tail(strip_preamble(clause))), flags=re.I)
    named = re.match(
        r"(?:an?|some|two|three|four|five|several|a few|lots of|more|another) (?!(?:bit|little|lot|"
        r"touch|tad|friend|few)\b)",
        text,
        re.I,
    )
    if named is None or len(text.split()) > 12 or _SAID_OF.search(text):
        return []
    what, relation, where = inserting.place_of(text)
    return inserting.insert(text) if what and relation and where else []


_SAID_OF = re.compile(
    r"\b(?:is|are|was|were|has|have|had|took|takes|did|does|went|got|said|i|we|he|she|they|it's|"
    r"i'm|you|of (?:mine|ours|me|us)|because|but)\b",
    re.I,
)
