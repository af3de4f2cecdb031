"""What becomes of the picture as a whole when it "becomes V"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.framing import RATIO
from agent.offline.steps import Step

_VIEW = re.compile(
    r"\b(?:viewpoint|camera angle|perspective|point of view|camera view|bird'?s[- ]eye|"
    r"from (?:above|below|behind|the (?:side|back|front|top)))\b",
    re.I,
)


def become(value: str, pronoun: str | None) -> list[Step] | None:
    """The steps when the whole picture (or an "it" that may be it) takes on a look."""
    plain = p.bare(value)
    keep = pronoun
    if re.search(r"\btransparent\b", value, re.I):
        return [Step("background_remove")]
    if v.full(
        rf"(?:an? |completely |fully |in(?:to)? |all )*{v.BLACK_WHITE}(?: (?:photo|image|picture|"
        rf"version|look|style|film))?",
        value,
    ):
        return [Step("adjust", None, re.sub(r"^(?:an? |in(?:to)? )+", "", value))]
    if match := re.search(r"\b(\d{2,5}\s*(?:x|×|by)\s*\d{2,5})\b|^(?:to )?(\d{3,5} ?(?:px|pixels).*)$", value):
        return [Step("other", None, f"resize to {match[1] or match[2]}")]
    if v.full(
        rf"(?:an? |in(?:to)? )*{RATIO}(?: (?:crop|ratio|aspect ratio|format|shape|size|image|photo|"
        rf"picture|wallpaper))?",
        value,
    ):
        return [Step("crop", None, re.match(rf"(?:an? |in(?:to)? )*({RATIO})", value, re.I)[1])]  # type: ignore[index]
    if re.search(
        r"\b(?:video|gif|animation|animated|movie clip|3d model|slideshow|live photo|boomerang)\b|"
        r"^(?:move|play|sing|talk|speak|dance)\b",
        value,
        re.I,
    ) and not re.search(r"style|look|poster|scene", value):
        return [Step("other", None, "unsupported")]
    if re.match(r"(?:an? )?(?:jpe?g|png|webp|tiff?|heic|pdf|svg|raw|gif)\b", value, re.I):
        return [Step("other", None, f"export as {value}")]
    if p.is_plain_colour(value) and not pronoun:
        return [Step("adjust", None, f"{p.colour_words(value)} tint")]
    if p.is_plain_colour(value):
        return None
    if v.full(r"(?:a bit |slightly |more |less )*(?:centered|centred|in the (?:center|middle))", value) and keep:
        return None
    if v.full(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*", value) or (
        v.full(r"(?:more|less|not so|not as) \w+", value) and v.found(v.TONE, value)
    ):
        return [Step("adjust", keep, part) for part in p.coordinated(value)]
    if match := re.match(
        rf"(?P<how>(?:a (?:little )?bit |slightly |much |a lot )?(?:more|less|higher|"
        rf"lower)) (?P<what>{v.QUANTITY}|colou?r)$",
        plain,
        re.I,
    ):
        return [Step("adjust", keep, plain)]
    toned = re.split(r",? (?:and|but) |, ", value)
    if len(toned) > 1 and all(
        v.full(rf"{v.DEGREE}{v.TONE}|(?:a (?:bit|little) )?(?:more|less) [a-z]+", part) for part in toned
    ):
        return [Step("adjust", keep, part) for part in toned]
    if v.full(rf"{v.DEGREE}{v.BLURRED}", value):
        return [Step("blur", keep, value)]
    if v.full(
        rf"{v.DEGREE}(?:{v.QUALITY}|enhanced|restored|fixed|colou?ri[sz]ed|in colou?r|colou?r|"
        rf"colou?red)(?:(?:,| and|, and) {v.DEGREE}(?:{v.QUALITY}|{v.TONE}))*",
        value,
    ) or v.found(r"(?:high(?:er)?|better)[- ](?:res\w*|quality|def\w*)|hd|4k", value):
        return [
            Step(
                "restore",
                keep,
                "colorize" if re.search(r"colou?r", value) and not re.search("quality", value) else value,
            )
        ]
    if v.full(rf"{v.DEGREE}{v.SIZE}", value):
        if keep:
            return None
        return (
            [Step("outpaint", None, value)] if re.search(r"wide", value) else [Step("other", None, f"resize {value}")]
        )
    if v.full(r"(?:more |less )?(?:straight|level|upright|straighter)", value):
        return [Step("rotate", None, "straighten")]
    if v.full(r"upside[- ]down|mirrored|flipped.*|rotated.*|mirror image|sideways", value):
        return [Step("rotate", None, value)]
    if _VIEW.search(value) or v.full(v.GONE, value):
        return [Step("other", None, "unsupported: viewpoint")] if _VIEW.search(value) else None
    if (
        v.full(
            r"(?:\d+ years |much |a bit |a little |more |look )*(?:older|younger|smile|smiling|happy|"
            r"happier|sad|open|closed|run|jump|sit|stand|fly|walk)(?: .*)?",
            value,
        )
        and keep
    ):
        return [Step("other", keep, value)]
    if re.match(r"(?:it (?:is|was|were|'s)|it's|it) ", value, re.I):
        value = re.sub(r"^it(?:'s| is| was| were)? ", "", value, flags=re.I)
        plain = p.bare(value)
    if (
        re.match(r"(?:at|in|on) ", value, re.I)
        and v.found(v.PLACE, value)
        and not v.found(rf"{v.STYLE_NOUN}", value)
        and not v.full(rf".*\b{v.WEATHER}", value)
    ):
        return [Step("background_replace", None, p.bare(re.sub(r"^(?:at|in|on) (?:the middle of )?", "", value)))]
    if (
        v.found(v.STYLE_NOUN, value)
        or v.found(v.STYLE, value)
        or v.found(v.WEATHER, value)
        or re.search(r"\b(?:as if|taken|painted|drawn|era|century|world|universe|movie|game)\b", value, re.I)
    ):
        if (
            pronoun
            and re.match(r"(?:an? )", value)
            and not (
                v.found(v.STYLE, value)
                or v.found(v.STYLE_NOUN, value)
                or v.full(rf"an? (?:\w+ )*?{v.WEATHER}(?: \w+)?", value)
            )
        ):
            return None
        return [Step("style", None, style_value(value))]
    if pronoun is None:
        if re.match(r"(?:an? )", value) and v.found(v.PLACE, value):
            return [Step("background_replace", None, plain)]
        return [Step("style", None, style_value(value))]
    return None


def style_value(value: str) -> str:
    """A look as a value, without the words that lead to it."""
    value = re.sub(
        r"^(?:in(?:to)?|as|like|the|an?|of|with|look like|to|more|art) (?:the )?(?:style of (?:an? )?)?",
        "",
        value.strip(),
        flags=re.I,
    )
    return re.sub(r"^(?:an?|the) ", "", value).strip()
