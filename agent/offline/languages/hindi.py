"""Hindi in Devanagari and romanised: verbs stand last, को marks what they act on, postpositions follow their noun.

Devanagari function words and verbs, and the many spellings of romanised Hindi, are first brought to one
spelling (`_SPELLINGS`), so that one set of frames serves both scripts. Nouns keep their script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.offline.languages.engine import Grammar, read_frames
from agent.offline.languages.lexicon import NOUN_KINDS, Gloss, Kind, Lexicon, key_of

_SPELLINGS_TABLE = """
    ko = को, ko
    ka = का, की, के, ka, ki, ke
    mein = में, मे, mein, me, mai, main, men
    par = पर, पे, par, pe, pr
    se = से, se
    ne = ने, ne
    aur = और, एवं, तथा, aur, or, n
    phir = फिर, phir, fir, uske baad
    bhi = भी, bhi
    hi = ही, hi
    wala = वाला, वाली, वाले, वालों, wala, wali, wale, waala, waale, vala, vale, vali
    kar = कर, कीजिए, कीजिये, kar, kr, kijiye, kijie
    karo = करो, करें, करना, कर दो, कर दे, कर दीजिए, कर दीजिये, कर देना, करदो, करदे, kardo, krdo
    karo = karo, kro, karna, krna, karen, kardena, karde, krde
    le = ले, le
    ja = जाओ, jao, jaao, जाएं
    la = लाओ, lao, laao, आओ, aao
    do = दो, दे, दें, दीजिए, दीजिये, देना, दिया, do, dedo, de, dijiye, dijie, dena, den
    hata = हटा, हटाओ, हटाइए, हटाना, hata, hatao, hatana, htao, hta, hataao, hatado, hatadein
    hata karke = हटाकर, हटा के, hata ke, hatake, hatakar, hata kar
    nikal = निकाल, निकालो, निकालना, nikal, nikalo, nikaal, nikaalo, nikalna
    mita = मिटा, मिटाओ, mita, mitao, mitana
    remove = रिमूव, remove, rimuv, delete, डिलीट, erase, हटवा
    badlo = बदल, बदलो, बदलकर, बदलें, बदलना, चेंज, badal, badlo, badalkar, badalke, badalna, change, chenj
    bana = बना, बनाओ, बनाएं, बनाना, बनाइए, bana, banao, banana, banado, banaao
    laga = लगा, लगाओ, लगाएं, लगाना, laga, lagao, lagana, lagado, lga, lgao
    rakh = रख, रखो, रखना, रखें, rakh, rakho, rakhna, rakhdo
    daal = डाल, डालो, डालना, डालें, daal, dal, dalo, daalo, dalna
    jod = जोड़, जोड़ो, जोड़ें, जोड़ना, जोड़, जोड़ो, ऐड, एड, jod, jodo, jodna, add, aid
    pehna = पहना, पहनाओ, pehna, pehnao, pahna, pahnao
    likh = लिख, लिखो, likh, likho, likhna, write
    badha = बढ़ा, बढ़ाओ, बढ़ाएं, बढ़ाना, बढ़ा, बढ़ाओ, badha, badhao, badhana, barha, increase, badhado
    ghata = घटा, घटाओ, ghata, ghatao, decrease, reduce
    kam = कम, kam, kum
    chhupa = छिपा, छिपाओ, छुपा, छुपाओ, ढक, ढको, chhupa, chupa, chhupao, chupao
    chhupa = chhipa, chipa, chhipao, dhak, dhako, hide, censor, सेंसर
    blur = ब्लर, blur, धुंधला, धुंधली, धुंधले, dhundhla, dhundla
    crop = क्रॉप, काट, काटो, crop, kaat, kaato
    ghuma = घुमा, घुमाओ, ghuma, ghumao, rotate, रोटेट
    palat = पलट, पलटो, palat, palto, flip, फ्लिप, mirror
    seedha = सीधा, सीधी, सीधे, seedha, sidha, seedhi, sidhi, straight
    khiska = खिसका, खिसकाओ, सरका, khiska, khiskao, move, shift, le jao
    sharp = शार्प, sharp, sharpen
    hai = है, हैं, hai, hain, he
    chahiye = चाहिए, चाहिये, chahiye, chahie
    isme = इसमें से, isme se, ismein se, is mein se, is photo se, इस फोटो से, is photo mein se, इस फोटो में से
    isme = मेरी फोटो से, meri photo se
    wapas = वापस, वापिस, wapas, vapas, wapis, vaapas, waapas
    undo = अनडू, अंडू, undo
    redo = रीडू, redo
    thoda = थोड़ा, थोड़ी, थोड़े, थोड़ा, थोड़ी, थोड़े, जरा, ज़रा, थोड़ा सा, थोड़ा सा
    thoda = thoda, thodi, thode, thora, zara, jara, halka sa, thodasa, thoda sa
    zyada = ज्यादा, ज़्यादा, अधिक, zyada, jyada, zada, ziyada
    bahut = बहुत, काफी, bahut, bohot, bahot, kaafi
    isko = इसको, इसे, उसको, उसे, isko, ise, usko, use, isse, issey
    yeh = ये, यह, इस, ye, yeh, is, iss
    woh = वो, वह, उस, wo, woh, us, uss
    mera = मेरा, मेरी, मेरे, mera, meri, mere
    uska = उसका, उसकी, उसके, uska, uski, uske
    sabse = सबसे, sabse, sab se
    sab = सब, सभी, सारे, सारा, सारी, sab, sabhi, saare, sare, sara
    ek = एक, ek, aik
    dono = दोनों, dono, donon
    nahi = नहीं, मत, nahi, nahin, nai, mat
    haan = हाँ, हां, जी हाँ, जी हां, ठीक है, haan, han, haa, theek hai, thik hai, ji haan
    piche = पीछे, peeche, piche, pichhe, peechhe, pichey, peechey
    aage = आगे, सामने, aage, age, saamne, samne
    upar = ऊपर, upar, uper, oopar
    niche = नीचे, neeche, niche, nichey
    pas = पास, बगल, बाजू, pas, paas, bagal
    andar = अंदर, भीतर, andar
    beech = बीच, beech, bich
    jagah = जगह, jagah, jagha, badle, बदले
    taraf = तरफ, ओर, साइड, taraf, taraph, side
    baayein = बाईं, बाएं, बायीं, बाएँ, बायें, baayi, baayein, bayi, bayein, baen, left, लेफ्ट
    daayein = दाईं, दाएं, दायीं, दाएँ, दायें, daayi, daayein, dayi, dayein, daen, right, राइट
    bright = ब्राइट, उजला, चमकीला, चमकदार, bright, ujla, chamkila
    bina = बिना, bina
    rang = रंग, कलर, rang, color, colour, kalar
    photo = फोटो, तस्वीर, इमेज, पिक्चर, photo, foto, tasveer, tasvir, image, pic, picture, pik
    background = बैकग्राउंड, बैकग्राउन्ड, पृष्ठभूमि, background, bg
"""


def _spellings() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in filter(str.strip, _SPELLINGS_TABLE.splitlines()):
        spelling, _, variants = line.partition("=")
        for variant in variants.split(","):
            table[_plain(variant.strip())] = spelling.strip()
    return table


def _plain(text: str) -> str:
    """Without nuktas, which typists leave out, and with one nasal sign."""
    text = key_of(text)
    for composed, base in zip("क़ख़ग़ज़ड़ढ़फ़य़", "कखगजडढफय", strict=False):
        text = text.replace(composed, base)
    return text.replace("\u093c", "")


def _inflect(form: str, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Oblique and plural endings."""
    plain = _plain(form)
    yield plain, False
    if kind in NOUN_KINDS:
        if plain.endswith(("ा", "े")):
            yield from ((plain[:-1] + "े", False), (plain[:-1] + "ों", True))
        elif plain.endswith("ी"):
            yield from ((plain[:-1] + "ियां", True), (plain[:-1] + "ियों", True))
        elif "\u0900" < plain[0] < "\u097f":
            yield from ((plain + "ों", True), (plain + "ें", True))
        elif plain.endswith("a"):
            yield from ((plain[:-1] + "e", False), (plain[:-1] + "on", True))
        else:
            yield from ((plain + "on", True), (plain + "s", True), (plain + "en", True))


def _guess(word: str, lexicon: Lexicon) -> Gloss | None:
    """English words inside romanised Hindi stay; Devanagari without its nuktas is looked up again."""
    return lexicon.get(_plain(word))


FUNCTION_WORDS = {
    Kind.DETERMINER: """
        this = yeh
        that = woh
        my = mera
        his = uska
        all the = sab
        both = dono
        a = ek
        your = aapka, apna, apni, apne
    """,
    Kind.NUMBER: """
        two = दो अदद, do adad
        three = तीन, teen
        four = चार, chaar
    """,
    Kind.PRONOUN: "it = isko",
    Kind.OF: "of = ka, wala",
    Kind.CONJUNCTION: "and = aur",
    Kind.RELATION: """
        in = mein, ka andar
        on = par, ka upar
        under = ka niche
        behind = ka piche
        in front of = ka aage
        next to = ka pas
        between = ka beech
        with = ka saath, ke saath
        from = se
        without = ka bina
    """,
    Kind.LOCATION: """
        on the far left = sabse baayein
        on the far right = sabse daayein
        on the left = baayein, baayein taraf, baayein mein, baayein par, baayein hath par
        on the right = daayein, daayein taraf, daayein mein, daayein par
        in the back = piche, piche ka taraf, piche mein
        in front = aage, aage ka taraf
        at the top = upar, upar ka taraf
        at the bottom = niche, niche ka taraf
        in the middle = beech, beech mein, center mein
        in the background = background mein
        to the center = beech ka taraf
    """,
    Kind.PARTICIPLE: """
        wearing = पहने, पहने हुए, pehne, pehne hue, pahne
        standing = खड़ा, खड़े, खड़ी, खडा, खडे, खडी, khada, khade, khadi
        sitting = बैठा, बैठे, बैठी, baitha, baithe, baithi
    """,
    Kind.DEGREE: """
        a bit = thoda
        more = zyada, और ज्यादा
        much = kaafi zyada
        very = bahut
        less = kam
    """,
    Kind.COLOUR: """
        blue = neel, blue
        red = red
        green = green
        yellow = yellow
        white = white
        black = black
        pink = pink
        brown = brown
        orange = orange
        black and white = black and white
    """,
    Kind.ADJECTIVE: """
        bright = bright
        sharp = sharp
        warm = warm
        cool = cool
        blurry = blur
        clear = clear
    """,
    Kind.NOUN: """
        color = rang
        photo = photo
        background = background
    """,
    Kind.SILENT: "- = ko, hi, ji, bhi, tone, टोन, yaar, bhai, na, wal, hua, hue, रखा, रखी, rakha, rakhi, taraf",
}

_HELP = r"(?: (?:kar|karo|do|lo|le|ja|jaye|hai|ho|na|la|karke|hoga|sakte|sakta|sakti|ka|dikha))*"
VERBS = {
    "do": r"(?:kar|karo|do)" + _HELP,
    "help": _HELP.removesuffix("*") + "*",
    "remove": "(?:hata|nikal|mita|remove|gayab|गायब|saaf kar|uda|उड़ा|उडा)" + _HELP,
    "turn": "(?:bana|badlo|convert|कन्वर्ट|kar|karo)" + _HELP,
    "swap": "(?:badlo|replace|रिप्लेस|bana)" + _HELP,
    "add": "(?:laga|rakh|daal|jod|bana|chipka|insert)" + _HELP,
    "put": "(?:laga|rakh|daal|jod|bana|pehna|chipka|dikha)" + _HELP,
    "hide": "(?:chhupa)" + _HELP,
    "blur": "(?:blur)" + _HELP,
    "raise": "(?:badha|boost)" + _HELP,
    "lower": "(?:ghata|kam)" + _HELP,
    "crop": "(?:crop)" + _HELP,
    "rotate": "(?:ghuma)" + _HELP,
    "flip": "(?:palat|ulta|उल्टा)" + _HELP,
    "straight": "(?:seedha)" + _HELP,
    "move": "(?:khiska|rakh|le ja|kar|karo|la)" + _HELP,
    "sharp": "(?:sharp)" + _HELP,
    "ko": "(?: ko| mein)?",
}

_SPELL = _spellings()
_LONGEST_SPELLING = max(variant.count(" ") + 1 for variant in _SPELL)
_WORD = re.compile(r"[\ue000-\ue7ff]|[\w\u0900-\u097f]+(?:[-'&][\w\u0900-\u097f]+)*|[^\w\s]")


def _prepare(text: str) -> str:
    """One spelling for every function word and verb."""
    words = _WORD.findall(text)
    spelt: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST_SPELLING, len(words) - place), 0, -1):
            found = _SPELL.get(_plain(" ".join(words[place : place + length])))
            if found is not None:
                spelt.append(found)
                place += length
                break
        else:
            spelt.append(words[place])
            place += 1
    joined = re.sub(r" ([,.!?;])", r"\1", " ".join(spelt))
    joined = re.sub(r"\bko aur\b", "ko zyada", re.sub(r"\baur zyada\b", "zyada", joined))
    joined = re.sub(r"\bthoda aur\b|^aur thoda\b", "thoda zyada", joined)
    return re.sub(r"^aur (?=\S)", "zyada ", joined)


GRAMMAR = Grammar(
    lexicon=Lexicon(["hi", "hi-Latn"], FUNCTION_WORDS, _inflect),
    frames=read_frames("hindi", VERBS),
    breaks=re.compile(
        r"\s*[,.;!]\s+(?:aur\s+|phir\s+)?|\s+aur\s+(?:phir\s+)?|(?<=\bhai)\s+(?=\w)|(?<=\bkarke)\s+|\s+phir\s+"
    ),
    polite=re.compile(
        r"\b(?:please|plz|pls|kripya|yaar|bhai|bro|zara)\b|"
        r"कृपया|प्लीज|यार|भाई|\bchahiye\b|\bisme\b|^(?:kya (?:aap|tum)|क्या (?:आप|तुम))\b|"
        r"\b(?:mera|yeh) photo (?:se|mein)\b(?= \S+ \S)|\bmujhe\b|^(?:namaste|नमस्ते|hello|hi),? (?=\S)"
    ),
    joins=frozenset({"aur", ","}),
    prepare=_prepare,
    spellings=tuple(form for form in _SPELL if form.isascii() and len(form) > 3 and " " not in form),
    modifiers_first=True,
    guess=_guess,
)
