"""Which language a request is written in: by script for Chinese and Hindi, by a vote of words for the rest."""

from __future__ import annotations

import re
from functools import cache

from agent.offline.languages.engine import QUOTED, Grammar
from agent.offline.languages.lexicon import NOUN_KINDS, Kind, english_words, key_of
from agent.offline.languages.registry import LATIN, grammar

_LATIN_WORD = re.compile(r"(?<![\w.])[^\W\d_]+(?:['-][^\W\d_]+)*(?!\w)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_DEVANAGARI_WORD = re.compile(r"[\u0900-\u097f]+")

_ENGLISH = frozenset(
    "the a an of to and or in on at by for with from into onto over under is are was were be been being it its "
    "this that these those i my me you your he his she her him we our us they them their there here what which who "
    "how why when where can could should would will shall may might must let lets make made change remove add put "
    "replace turn give take get set delete erase crop rotate flip move keep only just not no yes please pls plz "
    "thanks thank hi hello hey bit little more less very too much so but if then than as out off up down away back "
    "again also same other another one two three some any all both each every have has had do does did don't isn't "
    "it's i'm want need like look show write swap blur brighten darken sharpen bg pic undo redo".split()
)
"""Words that only an English request has; the words of English glosses count half."""

_MARKERS: dict[str, str] = {
    "es": """
        si gusta vuelve estaba antes como ahora tipo el la los las un una unos unas de del al y o en con por
        para sin mas muy poco que lo su sus mi mis tu este esta ese esa eso quita quitar quitale elimina
        eliminar borra borrar cambia cambiar pon ponle poner haz hacer hazlo deshaz deshacer sube subir baja
        bajar convierte convertir reemplaza reemplazar agrega agregar anade anadir mueve gira girar recorta
        recortar endereza desenfoca tapa oculta aclara oscurece otra otro vez tambien mejor menos puedes
        podrias quiero quisiera favor gracias hola esto sea imagen fondo rojo azul izquierda derecha donde
    """,
    "de": """
        mich wer um erhohe nochmal nein ja alles prozent soll der das dem den des ein eine einen einem einer eines und
        oder mit von vom im zum zur auf aus bei nach fur fuer uber hinter neben unter zwischen ist sind nicht
        bitte mach mache machen macht entferne entfernen ersetze ersetzen ander andere andern fuge fueg fuege
        hinzu weg nimm schneide dreh drehe drehen zu mehr weniger etwas bisschen noch auch lieber wieder
        ruckgangig rueckgangig rueckgaengig zuruck kannst konntest ich du sie es bild hintergrund links rechts
        oben unten heller dunkler nur doch dann sehr kein keine danke hallo mal dieser diese dieses vorher
        farbe mochte moechte
    """,
    "fr": """
        encore doit etre avant apres reviens arriere montre-moi le la les l' un une des du de d' au aux et ou
        en dans avec sans sur sous pour par plus moins peu tres trop ce ca cette ces mon ma mes ton ta tes son
        sa ses que qui est soit enleve enlever supprime supprimer change changer mets mettre rends rendre fais
        faire ajoute ajouter remplace remplacer efface effacer annule annuler floute flouter recadre recadrer
        tourne deplace agrandis eclaircis assombris peux pouvez voudrais aimerais je tu vous s'il plait merci
        bonjour aussi gauche droite arriere-plan rouge vert plutot autre l'autre pareil
    """,
    "hi-Latn": """
        ko ki ka ke mein se aur kar karo kardo krdo karna kijiye hata hatao hatado nikal nikalo badal badlo
        bana banao banado laga lagao lagado rakh rakho daal daalo thoda thodi thode thora bhi nahi nahin wala
        wali wale peeche piche isko ise usko mera meri mere yeh ye woh wapas vapas yaar bhai dijiye dena dedo
        hai accha achha zyada jyada kam badha badhao ghata ghatao rang gehra halka pe par ek sab dono haan
        jaisa upar neeche niche aage chhupa chupa dhundhla taraf mujhe chahiye krna kr
    """,
}
"""Function words and verbs of requests, folded."""
_SHARED_WITH_ENGLISH = frozenset(
    "a as an in so on die man was war hat am bin fast gut rot mit rat art also den hell bad kind bald see wand hand "
    "plus sur son pour main tout ton on or car pain chat rose noir orange sale lit or dent but tour sans comment par "
    "me use is do us he no sin pan red once real ha te se mal van cable gas color sol pie "
    "table photo image change note grand large mince long style court sombre ye par ek kam alt tone col over".split()
)
"""Words of the other languages that English text has too, so they settle nothing."""

_LETTERS = {"es": "ñ¿¡", "de": "äöüß", "fr": "çœêèàùâîû"}
"""Letters that hardly stand in English; one of them is worth a noun."""
_HINDI_LOANS = frozenset("please pls plz do is us use bg pic crop remove delete blur change add undo".split())


@cache
def _weights() -> dict[str, dict[str, float]]:
    """Per language: word -> vote. Function words and verbs weigh 1, nouns and adjectives less."""
    english = _ENGLISH | english_words()
    table: dict[str, dict[str, float]] = {}
    for lang in LATIN:
        votes: dict[str, float] = {}
        for form, gloss in grammar(lang).lexicon.items():
            if " " not in form and form.isascii() and form not in english and len(form) > 2:
                content = gloss.kind in NOUN_KINDS | {Kind.ADJECTIVE, Kind.COLOUR}
                votes[form] = 0.6 if content else 0.8
        markers = set(map(key_of, _MARKERS[lang].split()))
        variants = set(map(key_of, grammar(lang).spellings)) - english
        votes |= dict.fromkeys(markers | variants, 1.0)
        votes |= {word: 0.4 for word in votes if len(word) == 1}
        table[lang] = {word: vote for word, vote in votes.items() if word not in _SHARED_WITH_ENGLISH}
    table["en"] = dict.fromkeys(english_words(), 0.5) | dict.fromkeys(_ENGLISH, 1.0)
    return table


def detect(text: str, likely: str = "en") -> str:
    """The BCP 47 code of a request's language: en, es, de, fr, zh, hi or hi-Latn (romanised Hindi).

    `likely` is the language of the conversation so far: it is the answer where a short text ("plus grand") could
    be either.

    English is the answer whenever nothing else clearly wins: foreign words in quotes do not vote, and brand
    names, colour words and loan words weigh less than the English words around them.
    """
    bare = QUOTED.sub(" ", text)
    words = [key_of(word) for word in _LATIN_WORD.findall(bare.replace("’", "'"))]
    if _KANA_HANGUL.search(bare):
        return "en"
    han, devanagari = len(_HAN.findall(bare)), len(_DEVANAGARI_WORD.findall(bare))
    if han > len([word for word in words if not _HAN.search(word)]):
        return "zh"
    latin = [word for word in words if word.isascii() or not _DEVANAGARI_WORD.search(word)]
    if devanagari and devanagari * 2 >= len(latin):
        return "hi"
    letters = {lang: sum(letter in letters for letter in bare.lower()) for lang, letters in _LETTERS.items()}
    return _vote(latin, letters, likely)


def _vote(words: list[str], letters: dict[str, int], likely: str) -> str:
    pieces = [piece for word in words for piece in _pieces(word)]
    weights = _weights()
    best, lead = "en", 0.0
    for lang in (lang for lang in weights if lang != "en"):
        votes = sum(weights[lang].get(piece) or _verb_vote(piece, lang) for piece in pieces) + (
            0.7 if letters.get(lang) else 0.0
        )
        loans = _HINDI_LOANS if lang == "hi-Latn" else frozenset()
        known = sum(piece in weights[lang] or piece in loans or _reads(piece, grammar(lang)) for piece in pieces)
        ahead = votes - _english_votes(pieces, lang)
        if lang == "hi-Latn" and not any(piece in _hindi_words() or _verb_vote(piece, lang) for piece in pieces):
            continue  # loan words alone ("tag", "colour") are English
        if ahead > lead and (votes >= 1.5 or (votes >= 0.6 and known * 2 > len(pieces))):
            best, lead = lang, ahead
        elif lang == likely and best == "en" and known == len(pieces) > 0 and ahead >= -0.5 * len(pieces):
            best = lang
    return best


@cache
def _hindi_words() -> frozenset[str]:
    return frozenset(_MARKERS["hi-Latn"].split())


def _verb_vote(word: str, lang: str) -> float:
    verbs = grammar(lang).verbs
    known_to_english = word in _weights()["en"] or word in _SHARED_WITH_ENGLISH
    return 1.0 if verbs and len(word) > 3 and not known_to_english and verbs.fullmatch(word) else 0.0


def _reads(word: str, language: Grammar) -> bool:
    return (language.lexicon.get(word) or language.guess(word, language.lexicon)) is not None


def _english_votes(pieces: list[str], against: str) -> float:
    """What speaks for English; English nouns say little against Hindi, which borrows them freely."""
    weights = _weights()["en"]
    if against != "hi-Latn":
        return sum(weights.get(piece, 0.0) for piece in pieces)
    return sum(1.0 if piece in _ENGLISH else 0.15 for piece in pieces if piece in weights and piece not in _HINDI_LOANS)


def _pieces(word: str) -> list[str]:
    """French elisions apart: l'ombre votes as l' and ombre."""
    head, mark, rest = word.partition("'")
    return [f"{head}'", rest] if mark and head in {"l", "d", "qu", "s", "j", "n", "c"} and len(rest) > 1 else [word]
