"""Tone in words: "a bit brighter and warmer", "contrast +30%", "remove the blue cast", in six languages."""

from __future__ import annotations

import re
from functools import cache

from models.colour.lexicon import DEGREES
from models.colour.naming import fold
from models.colour.tone import Adjustment
from models.errors import BadInputError

_STEP = 20.0
_WHOLE = 100.0

# phrase → (quantity, sign); a sign of 0 is a look that is simply applied in full
_ADJECTIVES: dict[str, tuple[str, float]] = {
    phrase: (quantity, sign)
    for (quantity, sign), phrases in {
        ("brightness", 1): "bright,brighter,lighter,light,brighten,lighten,luminous,brighten up,lighten up,light up",
        ("brightness", -1): "dark,darker,dimmer,dim,darken,darken down",
        ("exposure", 1): "underexposed",
        ("exposure", -1): "overexposed,blown out",
        ("contrast", 1): "contrasty,punchy,punchier,crisper tones,flat,washed out,hazy looking",
        ("contrast", -1): "flatter",
        ("saturation", 1): "saturated,saturate,vivid,vibrant,colourful,colorful,colours pop,pop,rich,richer,intense",
        ("saturation", -1): "desaturated,desaturate,muted,duller,subdued,less colourful,mute,garish",
        ("warmth", 1): "warm,warmer,warm up,sunnier,cosier,cozier,golden",
        ("warmth", -1): "cool,cooler,cold,colder,cool down,icy,chilly",
        ("sharpness", 1): "sharp,sharper,sharpen,sharpen up,crisp,crisper,clearer edges",
        ("sharpness", -1): "soft,softer,soften",
        ("clarity", 1): "clear,clearer,defined,detailed,textured",
        ("shadows", 1): "lift the shadows,open the shadows,brighten the shadows,lighten the shadows",
        ("shadows", -1): "deepen the shadows,darken the shadows,crush the blacks",
        ("highlights", -1): "recover the highlights,darken the highlights,tame the highlights",
        ("highlights", 1): "brighten the highlights,lighten the highlights",
        ("fade", 1): "faded,fade,matte",
        ("grain", 1): "grainy,grainier",
        ("red_cast", 1): "redder",
        ("yellow_cast", 1): "yellower",
        ("green_cast", 1): "greener",
        ("blue_cast", 1): "bluer",
        ("pink_cast", 1): "pinker",
    }.items()
    for phrase in phrases.split(",")
}

_LOOKS: dict[str, str] = {
    phrase: quantity
    for quantity, phrases in {
        "black_and_white": "black and white,black & white,black white,b&w,b & w,bw,monochrome,greyscale,grayscale,"
        "grey scale,gray scale,mono",
        "sepia": "sepia,sepia tone,sepia toned",
        "auto": "auto,automatic,auto tone,auto levels,auto adjust,auto correct,auto white balance,"
        "fix the white balance,correct the white balance,fix the colours,fix the colors,colour correct,color correct,"
        "correct the colours,correct the colors,fix the lighting,fix the light,fix the exposure,balance the colours",
        "enhance": "enhance,improve,better,auto enhance,look better,nicer,beautify,more professional,professional",
        "dramatic": "dramatic,moody,cinematic,epic",
    }.items()
    for phrase in phrases.split(",")
}

_NOUNS: dict[str, str] = {
    phrase: quantity
    for quantity, phrases in {
        "brightness": "brightness,lightness,luminosity",
        "exposure": "exposure,ev",
        "contrast": "contrast",
        "saturation": "saturation,colour,color,colours,colors,chroma,colour intensity,color intensity",
        "vibrance": "vibrance,vibrancy",
        "warmth": "warmth,temperature,colour temperature,color temperature,warm tones",
        "tint": "tint,magenta tint",
        "hue": "hue",
        "sharpness": "sharpness,sharpening",
        "clarity": "clarity,definition,structure,texture,local contrast,detail,details",
        "shadows": "shadows,shadow,shadow detail,blacks,dark areas,dark parts",
        "highlights": "highlights,highlight,whites,bright areas,bright parts",
        "fade": "fade",
        "vignette": "vignette,vignetting",
        "grain": "grain,film grain",
        "red": "redness,reds",
        "yellow": "yellowness,yellows",
        "green": "greens,greenness",
        "blue": "blues,blueness",
        "orange": "oranges",
        "purple": "purples",
    }.items()
    for phrase in phrases.split(",")
}

_CASTS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink")
_CAST_NOUNS = "hue|tint|cast|tone|tinge|colour cast|color cast|shade|tones|hues|ness"

_UP = "increase raise boost more add up higher turn-up stronger crank extra give pump enhance bring-up lift".split()
_DOWN = (
    "decrease reduce lower less cut down drop turn-down weaker tone-down lessen soften fewer minimise minimize".split()
)
_NONE = "remove no without eliminate kill neutralise neutralize correct fix get-rid-of take-out".split()
_NEGATED = "not-so not-as too overly".split()  # a complaint: "too dark" asks for the opposite
_NEITHER = frozenset(
    "make it the a an this that image picture photo pic shot photograph "
    "whole entire everything please of in to by with and be look its "
    "look looks bit some is let can you could i want would like my set at effect filter apply add use turn into "
    "convert change for me percent % values level levels overall little enough need needs should still even just "
    "have has tones tone get very quite colours colors there them him her all".split()
)

# other languages → English, longest phrase first
_FOREIGN: dict[str, str] = {
    word: english
    for english, words in {
        # Spanish
        "more": "mas|aumenta|aumentar|sube|subir|plus|augmente|augmenter|mehr|erhohe|erhohen|增加|提高|更|再|加|"
        "ज्यादा|ज़्यादा|और|अधिक|बढ़ाओ|बढ़ाएं|बढ़ा दो",
        "less": "menos|reduce|reducir|baja|bajar|moins|reduis|reduire|diminue|diminuer|weniger|reduziere|verringere|"
        "senke|减少|降低|减|कम|घटाओ|कम करो",
        "too": "demasiado|trop|zu|太|बहुत ज्यादा",
        "a bit": "un poco|un poquito|ligeramente|un peu|legerement|ein bisschen|etwas|ein wenig|leicht|一点|一些|"
        "稍微|一點|点|थोड़ा|थोड़ी|थोड़ा सा|जरा",
        "much": "mucho|beaucoup|viel|很多|得多|बहुत",
        "very": "muy|tres|sehr|非常|很",
        "brightness": "brillo|luminosidad|luminosite|helligkeit|亮度|चमक",
        "contrast": "contraste|kontrast|对比度|對比度|कंट्रास्ट",
        "saturation": "saturacion|sattigung|saettigung|饱和度|飽和度|संतृप्ति",
        "sharpness": "nitidez|nettete|scharfe|锐度|清晰度",
        "warmth": "calidez|chaleur|warme|色温",
        "exposure": "exposicion|belichtung|exposition|曝光",
        "shadows": "sombras|ombres|schatten|阴影",
        "highlights": "luces|lichter|hautes lumieres|高光",
        "brighter": "claro|clara|luminoso|aclara|aclarar|clair|claire|lumineux|lumineuse|eclaircis|eclaircir|heller|"
        "hell|aufhellen|亮|明亮|चमकीला|हल्का|उजला",
        "darker": "oscuro|oscura|oscurece|oscurecer|sombre|fonce|assombris|assombrir|dunkler|dunkel|abdunkeln|暗|深|"
        "गहरा|अंधेरा",
        "warmer": "calido|calida|chaud|chaude|warmer|暖|温暖|गर्म",
        "cooler": "frio|fria|froid|froide|kuhler|kalter|kuehler|冷|ठंडा",
        "vivid": "sature|saturee|saturado|saturada|gesattigt|"
        "vivo|viva|vivos|colorido|vif|vive|colore|lebendiger|bunter|kraftiger|satter|鲜艳|रंगीन",
        "sharper": "nitido|nitida|enfoca|net|nette|scharfer|schaerfer|scharf|锐利|清晰|锐化|तेज|साफ",
        "softer": "suave|doux|douce|weicher|柔和",
        "black and white": "blanco y negro|en blanco y negro|noir et blanc|en noir et blanc|schwarzweiss|schwarz-weiss|"
        "schwarz weiss|黑白|ब्लैक एंड व्हाइट|श्वेत-श्याम|काला और सफेद",
        "enhance": "mejora|mejorar|ameliore|ameliorer|verbessere|verbessern|besser|美化|优化|改善|बेहतर|सुधारो",
        "and": "y|et|und|和|并|、",
        "": "de|du|d'|la|el|los|las|"
        "imagen|foto|haz|hazlo|hazla|le|les|l'image|image|photo|rends|rend|mach|mache|das|die|den|"
        "der|bild|es|把|图片|照片|图像|画面|变|变得|调|弄|让|它|这张|得|的|了|有|tone|फोटो|तस्वीर|को|करो|कर|दो|बनाओ|में|का|की|हो",
    }.items()
    for word in words.split("|")
}

_NUMBER = re.compile(r"^([+\-−–]?)(\d+(?:\.\d+)?)%?$")
_HAN = re.compile(r"[一-鿿、]+")


def parse_adjustments(text: str) -> tuple[Adjustment, ...]:
    """The adjustments that the words ask for, in the order they were said.

    An adjective is one step of 20 ("a bit" less, "much" more); a number is taken as it stands ("contrast +30%",
    "increase saturation by 40"), cut at ±100. Raises BadInputError saying what can be said.
    """
    found: list[Adjustment] = []
    direction = 0.0
    for clause in _clauses(_in_english(fold(text.replace("−", "-").replace("–", "-")))):
        adjustment, direction = _one(clause, direction)
        if adjustment is not None:
            found.append(adjustment)
    if not found:
        raise BadInputError(_unknown(text))
    return tuple(found)


def _one(words: list[str], before: float) -> tuple[Adjustment | None, float]:
    """What one clause asks for, and the direction it gave ("more contrast and saturation" carries on).

    Raises BadInputError when the clause holds a word that nothing here understands.
    """
    amount: float | None = None
    degree, sign, wholly, quantity, inherent = 1.0, 0.0, False, "", 0.0
    rest = words
    while rest:
        for length in range(min(5, len(rest)), 0, -1):
            phrase = " ".join(rest[:length])
            joined = phrase.replace(" ", "-")
            cast = re.fullmatch(rf"({'|'.join(_CASTS)})(?:ish|dish)?(?: ({_CAST_NOUNS}))?", phrase)
            number = _NUMBER.match(phrase)
            if phrase in _LOOKS:
                quantity = _LOOKS[phrase]
            elif phrase in _ADJECTIVES and (not quantity or quantity == "saturation"):
                quantity, inherent = _ADJECTIVES[phrase]
            elif phrase in _NOUNS and not quantity:
                quantity = _NOUNS[phrase]
            elif cast and not quantity:
                quantity = cast[1] + "_cast"
            elif number:
                amount = float(number[2]) * (-1 if number[1] and number[1] != "+" else 1)
                sign = sign or (1.0 if number[1] == "+" else 0.0)
            elif joined in _UP:
                sign = sign or 1.0
            elif joined in _DOWN or joined in _NEGATED:
                sign = -1.0
            elif phrase in ("not", "isn't", "isnt"):
                sign = 1.0  # "not bright enough" asks for more
            elif joined in _NONE:
                sign, wholly = -1.0, True
            elif phrase in DEGREES:
                degree *= DEGREES[phrase]
            elif phrase not in _NEITHER:
                continue
            rest = rest[length:]
            break
        else:
            raise BadInputError(_unknown(" ".join(words)))
    if not quantity:
        if sign or amount is not None or degree != 1.0:
            return None, sign
        return None, before
    return _made(quantity, inherent, sign, before, amount, degree, wholly), sign


def _made(
    quantity: str, inherent: float, sign: float, before: float, amount: float | None, degree: float, wholly: bool
) -> Adjustment:
    if quantity == "grain" and sign < 0:
        raise BadInputError("Grain is taken out by denoising; say 'remove the noise'.")
    if quantity in _LOOKS.values():
        return Adjustment(quantity, _within(amount if amount is not None else _WHOLE * min(degree, 1.0)))
    if inherent and quantity == "contrast" and sign < 0:
        sign = 1.0  # "too flat" is a complaint that already says what is missing
    direction = (inherent or 1.0) * (sign or (1.0 if inherent else before) or 1.0)
    if amount is not None:
        return Adjustment(quantity, _within(amount * (direction if amount >= 0 else 1.0)))
    step = _STEP
    if wholly:
        step = _WHOLE if quantity in ("grain", "vignette", "saturation") else 50.0
    elif quantity in (
        "red",
        "yellow",
        "green",
        "blue",
        "orange",
        "purple",
        "grain",
        "vignette",
        "shadows",
        "highlights",
    ):
        step = 30.0
    return Adjustment(quantity, _within(direction * step * degree))


def _within(amount: float) -> float:
    return float(min(max(round(amount, 2), -100.0), 100.0))


def _clauses(words: list[str]) -> list[list[str]]:
    """Cut at "and" and punctuation, except inside a phrase that is known as a whole."""
    clauses: list[list[str]] = [[]]
    at = 0
    while at < len(words):
        known = next((n for n in (5, 4, 3, 2) if " ".join(words[at : at + n]) in _LOOKS), 0)
        if known and "and" in words[at : at + known]:
            clauses[-1] += words[at : at + known]
            at += known
            continue
        if words[at] in ("and", "but", "then", "&", ",", ";", ".", "also", "plus"):
            clauses.append([])
        else:
            clauses[-1].append(words[at])
        at += 1
    return [clause for clause in clauses if clause]


@cache
def _longest_foreign() -> int:
    return max(len(word) for word in _FOREIGN if _HAN.fullmatch(word))


def _cut_han(run: str) -> list[str]:
    words, at = [], 0
    while at < len(run):
        longest = min(_longest_foreign(), len(run) - at)
        length = next((n for n in range(longest, 1, -1) if run[at : at + n] in _FOREIGN), 1)
        words.append(run[at : at + length])
        at += length
    return words


def _in_english(text: str) -> list[str]:
    """The words of a folded text, other languages' replaced; English words win where both know one."""
    spaced = _HAN.sub(lambda run: f" {' '.join(_cut_han(run[0]))} ", text)
    spaced = re.sub(r"(\d)\s+%", r"\1%", spaced)
    tokens = re.findall(r"[+\-]?\d+(?:\.\d+)?%?|b&w|&|[,;.]|[^\s,;.!?:\"()&+]+", spaced)
    words: list[str] = []
    at = 0
    while at < len(tokens):
        for length in (4, 3, 2, 1):
            phrase = " ".join(tokens[at : at + length])
            if at + length <= len(tokens) and phrase in _FOREIGN and phrase not in ("reduce", "image", "photo", "plus"):
                words += _FOREIGN[phrase].split()
                at += length
                break
            if phrase == "plus" and any(token in _FOREIGN for token in tokens[at + 1 : at + 3]):
                words.append("more")  # French; in English it joins two wishes
                at += 1
                break
        else:
            words.append(tokens[at])
            at += 1
    return words


def _unknown(text: str) -> str:
    shown = " ".join(text.split())[:60]
    return (
        f"I do not know how to make a picture '{shown}'; say brighter, darker, more or less contrast, saturation, "
        "warmth, sharpness, shadows or highlights, black and white, sepia, faded, dramatic, or auto."
    )
