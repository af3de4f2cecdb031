"""The words of editing: which verb opens which kind of request. Base forms; inflections are derived."""

from __future__ import annotations

import re
from functools import cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split(",") if part.strip())


# One entry per frame: the frame's name and the verbs (with their particles) that open it.
VERBS: dict[str, tuple[str, ...]] = {
    "erase": _words(
        "remove, delete, erase, eliminate, get rid of, get rid, rid of, take out, take off, take away, wipe out, "
        "wipe off, wipe away, wipe, clear out, clear away, clear off, edit out, photoshop out, photoshop away, "
        "airbrush out, airbrush away, clone out, clone stamp out, paint out, brush out, ditch, lose, drop, nuke, "
        "zap, kill, scrap, strip, strip off, strip out, strip away, exclude, omit, discard, dispose of, "
        "do away with, banish, scrub, scrub out, scrub off, rub out, crop out, trim out, pull out, chuck, bin, "
        "toss, toss out, throw out, throw away, eradicate, obliterate, annihilate, purge, weed out, shave, "
        "shave off, vaporize, axe, yeet, rid, dump, retouch out, inpaint, peel off, detach, unadd, disappear, "
        "vanish, magic away, remove away, pluck out, yank, yank out, leave out, blot out, take down, withdraw, "
        "subtract, cut away, banish, evict, zap out, zap away, cancel out, smooth away, content aware fill, "
        "magic erase, hide, take care of, deal with, handle, sort out, do something about"
    ),
    "insert": _words(
        "add, add in, insert, include, draw, draw in, stick, attach, plant, hang, overlay, superimpose, "
        "photoshop in, paint in, edit in, introduce, incorporate, append, throw in, toss in, sprinkle, scatter, "
        "pop, plop, slap, embed, stamp, tack on, mount, install, drape, sneak in, chuck in, affix, glue, "
        "put in, place in, bring in, work in, drop in, generate, create, position a, set up, write, type, print, "
        "engrave, inscribe, caption, label, watermark, decorate, fill, equip, adorn, dress up, top"
    ),
    "put": _words("put, place, set, lay, drop, rest, stand, sit, position, stick"),
    "give": _words("give, gimme, grant, provide, supply, lend"),
    "replace": _words(
        "replace, swap, swap out, swop, substitute, exchange, switch, switch out, trade, trade out, sub, sub out, "
        "change out, interchange"
    ),
    "change": _words(
        "change, alter, modify, turn, convert, transform, transfer, morph, adapt, translate, transmute, "
        "switch, set, update, edit, shift, vary, render, transition, rework, tweak, correct, remake, redo"
    ),
    "make": _words("make, get, have, render, keep, turn, let, leave"),
    "colour": _words(
        "color, colour, recolor, recolour, paint, repaint, dye, tint, spray, spray paint, shade, stain, bleach, "
        "color in, colour in, re-color, re-colour, fill in, redden, whiten, blacken, tan"
    ),
    "raise": _words(
        "increase, raise, boost, up, bump, bump up, crank, crank up, turn up, amplify, intensify, strengthen, "
        "enhance, heighten, push, push up, dial up, lift, maximize, maximise, max out, deepen, pump up, pump, open up, "
        "amp up, pull up, drag up, bring up, bring out, augment, elevate, step up, double, triple, improve, "
        "accentuate, emphasize"
    ),
    "lower": _words(
        "decrease, reduce, lower, lessen, drop, turn down, tone down, dial down, dial back, cut down, cut back, "
        "diminish, minimize, minimise, weaken, soften, bring down, lighten up on, ease, tame, subdue, mute, halve, "
        "pull down, pull back, knock down, take down, scale back, take the edge off, cut down on, decreace"
    ),
    "tone": _words(
        "brighten, brighten up, lighten, lighten up, darken, dim, sharpen, sharpen up, saturate, desaturate, warm, "
        "warm up, cool, cool down, cool off, illuminate, expose, underexpose, overexpose, relight, "
        "light up, liven up, spice up, invert, desat, color grade, colour grade, color correct, colour correct, "
        "color-correct, colour-correct, grade, equalize, auto-level, auto level, balance, white balance, "
        "auto adjust, autocorrect, dodge, burn, perk up, jazz up, posterize, solarize"
    ),
    "adjust": _words("adjust, tune, fine-tune, fine tune, calibrate, tweak, play with, set, normalize"),
    "blur": _words(
        "blur, blur out, defocus, unfocus, smudge out, fuzz, fuzz out, bokeh, gaussian blur, soft focus, blurr, "
        "feather, put out of focus"
    ),
    "pixelate": _words("pixelate, pixellate, pixelize, pixelise, mosaic, pixel out"),
    "redact": _words(
        "redact, censor, anonymize, anonymise, black out, blank out, mask out, cover, cover up, conceal, obscure, "
        "obfuscate, block out, white out, scribble over, scratch out, cross out, hide, bleep out, camouflage, "
        "de-identify, blot out"
    ),
    "restore": _words(
        "restore, repair, fix, fix up, mend, heal, retouch, touch up, clean, clean up, cleanup, tidy,"
        " tidy up, denoise, "
        "de-noise, deblur, de-blur, unblur, dehaze, de-haze, defog, derain, de-rain, desnow, upscale, upsample, "
        "up-res, upres, super-resolve, colorize, colourize, colorise, colourise, polish, refine, enhance, improve, "
        "rescue, salvage, revive, recover, descratch, despeckle, reconstruct, remaster, airbrush, smooth, "
        "smooth out, smooth over, even out, unscratch, beautify, optimize, optimise, perfect, clear up, whiten, "
        "breathe life into, breathe new life into, declutter, de-wrinkle, modernize, iron, iron out, "
        "steam, steam out, press out, dust off, patch, patch up, better, help"
    ),
    "crop": _words("crop, crop in, trim, zoom in, zoom, cut down to, re-crop, recrop, punch in, close in, tighten"),
    "rotate": _words(
        "rotate, flip, mirror, mirror image, straighten, straighten out, straighten up, level, level out, tilt, spin, "
        "invert horizontally, invert vertically, deskew, twist, reflect, untilt, un-tilt, reorient, unrotate"
    ),
    "outpaint": _words(
        "extend, expand, outpaint, zoom out, uncrop, un-crop, widen, pad, broaden, unzoom, enlarge "
        "the canvas, pull out, "
        "extend out, generative expand, lengthen"
    ),
    "style": _words(
        "stylize, stylise, restyle, cartoonify, cartoonize, cartoonise, animate, anime-fy, ghiblify, pixarify, "
        "apply, redraw, reimagine, re-imagine, filter, vectorize, caricature, yassify, age, christmasify"
    ),
    "move": _words(
        "move, shift, slide, drag, relocate, reposition, bring, push, nudge, pull, center, centre, recenter, recentre, "
        "align, scoot, transfer, send, lift, lower, rearrange, budge, raise"
    ),
    "resize": _words(
        "resize, scale, scale up, scale down, enlarge, shrink, magnify, minify, grow, upsize, downsize, blow up, slim, "
        "slim down, fatten, thin, thin out, elongate, lengthen, shorten, stretch, squash, inflate, compress, "
        "thicken, narrow, widen, supersize, embiggen, bulk up, beef up, plump up"
    ),
    "segment": _words(
        "select, segment, extract, highlight, outline, detect, find, locate, mark, mask, point out, point to, "
        "identify, pick out, circle, show me where, trace, isolate the mask of"
    ),
    "cutout": _words(
        "cut out, cutout, isolate, knock out, clip out, separate, lift out, silhouette, cut, clip, "
        "extract out, crop out"
    ),
    "transparent": _words("make transparent"),
    "wear": _words("dress, clothe, wear, style in"),
    "duplicate": _words("duplicate, clone, copy, replicate, multiply, repeat, mirror copy"),
    "combine": _words("combine, merge, blend, stitch, collage, composite"),
    "export": _words(
        "save, export, download, share, upload, print out, email it, email this, email them, email me, "
        "post it, post this, send me"
    ),
    "pose": _words(
        "open, close, shut, smile, jump, run, stand up, sit down, wave, bend, unfold, fold, retract, turn around, "
        "turn on, turn off, switch on, switch off, light, ignite, wake, lower his arm, look, tilt her head"
    ),
    "compare": _words("compare"),
    "state": _words(
        "peel, break, melt, empty, crush, slice, eat, freeze, shatter, deflate, pour, chop, boil, fry, bake, smash, "
        "unwrap, squeeze, explode, cut, unlock, untie, solve, complete, predict, soak, ripen"
    ),
    "match": _words("match, color match, colour match, match up"),
}

# Verbs that open a new clause even with no comma or "and" before them: they are no nouns and no adjectives.
RUN_ON_VERBS = frozenset(
    "remove make add change replace delete erase increase decrease reduce put give insert brighten darken "
    "lighten sharpen recolor recolour rotate flip straighten move enlarge shrink desaturate saturate restore "
    "colorize convert eliminate swap enhance improve adjust crop resize turn".split()
)
# Nouns too: they open a clause only before a determiner.
NOUN_VERBS = frozenset(
    "blur color colour paint crop mirror zoom fix clean light frame style shade cut tint lower raise place set "
    "level extend pixelate censor fill smooth soften cover highlight select take mirror turn keep warm cool".split()
)
DETERMINERS = frozenset(
    "the a an this that these those my his her their its our your all every each some any both everything "
    "everyone it them him one two three image picture photo background out".split()
)

_DOUBLING = re.compile(r"[^aeiou][aeiou][bdgmnprt]$")
_PARTICIPLES = {
    "get": "gotten|got", "take": "taken", "cut": "cut", "put": "put", "make": "made", "give": "given",
    "draw": "drawn", "write": "written", "hide": "hidden", "throw": "thrown", "set": "set", "lose": "lost",
    "leave": "left", "blow": "blown", "redo": "redone", "redraw": "redrawn", "bring": "brought", "hang": "hung",
    "swap": "swapped", "spin": "spun", "find": "found", "stick": "stuck", "send": "sent", "lay": "laid",
}  # fmt: skip


def participle(verb: str) -> str:
    """The past participle of a verb phrase, as a regular expression ("take out" -> "taken out")."""
    first, _, particles = verb.partition(" ")
    if first in _PARTICIPLES:
        form = f"(?:{_PARTICIPLES[first]})"
    elif first.endswith("e"):
        form = first + "d"
    elif first.endswith("y") and len(first) > 2 and first[-2] not in "aeiou":
        form = first[:-1] + "ied"
    else:
        double = f"{first[-1]}?" if _DOUBLING.search(first) else ""
        form = f"{first}{double}ed"
    return f"{form} {particles}" if particles else form


def gerund(verb: str) -> str:
    """The -ing form of a verb phrase, as a regular expression."""
    first, _, particles = verb.partition(" ")
    if first.endswith("e") and not first.endswith("ee") and first != "dye":
        form = first[:-1] + "e?ing"
    else:
        double = f"{first[-1]}?" if _DOUBLING.search(first) else ""
        form = f"{first}{double}ing"
    return f"{form} {particles}" if particles else form


def alternation(phrases: tuple[str, ...] | frozenset[str] | set[str]) -> str:
    """A regular expression that matches any of the phrases, the longest first."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=lambda p: (-len(p), p)))


@cache
def all_verbs() -> frozenset[str]:
    """Every verb phrase that can open a request."""
    return frozenset(verb for verbs in VERBS.values() for verb in verbs)


@cache
def first_words() -> frozenset[str]:
    """The first words of all verb phrases."""
    return frozenset(verb.split()[0] for verb in all_verbs())


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(rf"(?P<verb>{alternation(all_verbs())})(?![\w'-])[\s:,]*", re.IGNORECASE)


# "steam marks", "light leaks": the first word is a verb of editing too, but not here.
_COMPOUND_NOUN = re.compile(
    r"(?:steam|dust|paint|iron|burn|cut|crop|print|light|press|stamp|fold|tan|stretch|scratch|wear|age|clip|cover|top|"
    r"color|colour|frame|stain|patch|lens|shade|pop|tag|label|mask|polish|clean|grease|glue|crease) "
    r"(?:marks?|spots?|stains?|lines?|streaks?|holes?|leaks?|flares?|drips?|splatters?|smudges?|residue|lettering|"
    r"fringing|cast|banding|bulbs?|switch|fixture|strips?|brush|bucket)\b|[a-z]+ (?:should|must|is|are|was|looks)\b",
    re.IGNORECASE,
)


@cache
def _frames_of(verb: str) -> tuple[str, ...]:
    return tuple(frame for frame, verbs in VERBS.items() if verb in verbs)


def opening_verb(clause: str) -> tuple[str, str, tuple[str, ...]] | None:
    """The verb phrase a clause opens with, the rest after it, and the frames that verb can open."""
    match = _opening().match(clause)
    if match is None or _COMPOUND_NOUN.match(clause):
        return None
    verb = match["verb"].lower()
    return verb, clause[match.end() :].strip(), _frames_of(verb)


@cache
def _participles() -> dict[str, str]:
    return {participle(verb): verb for verb in all_verbs()}


@cache
def participle_pattern() -> re.Pattern[str]:
    """Matches the participle of any verb as a whole word or words; group `verb` holds it."""
    forms = sorted(_participles(), key=lambda form: -len(form))
    return re.compile(rf"\b(?P<verb>{'|'.join(forms)})(?![\w-])", re.IGNORECASE)


@cache
def base_of_participle(text: str) -> str | None:
    """The verb whose participle this is."""
    for form, verb in _participles().items():
        if re.fullmatch(form, text, re.IGNORECASE):
            return verb
    return None


@cache
def _gerunds() -> re.Pattern[str]:
    single = sorted((verb for verb in all_verbs()), key=lambda verb: -len(verb))
    return re.compile("|".join(f"(?P<v{i}>{gerund(v)})(?!\\w)" for i, v in enumerate(single)), re.IGNORECASE)


_PASTS = {
    "took": "take", "made": "make", "gave": "give", "threw": "throw", "drew": "draw", "wrote": "write", "hid": "hide",
    "got": "get", "had": "have", "put": "put", "cut": "cut", "set": "set", "lost": "lose", "left": "leave",
}  # fmt: skip


def from_past(clause: str) -> str | None:
    """A clause that opens with a past form ("swapped the taxi"), rewritten to open with the base form."""
    first, _, rest = clause.partition(" ")
    if base := _PASTS.get(first.lower()):
        return f"{base} {rest}"
    match = participle_pattern().match(clause)
    base = base_of_participle(match["verb"]) if match else None
    return f"{base}{clause[match.end() :]}" if match and base else None


def from_gerund(clause: str) -> str | None:
    """A clause that opens with an -ing form, rewritten to open with the base form."""
    if not re.match(r"[a-z-]+ing\b", clause, re.IGNORECASE):
        return None
    match = _gerunds().match(clause)
    if match is None or match.lastgroup is None:
        return None
    verbs = sorted((verb for verb in all_verbs()), key=lambda verb: -len(verb))
    return f"{verbs[int(match.lastgroup[1:])]}{clause[match.end() :]}"
