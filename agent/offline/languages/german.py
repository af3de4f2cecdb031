"""German: function words, verb classes and sentence frames; verbs may stand first, split, or at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.offline.languages.engine import Grammar, any_verb, read_frames
from agent.offline.languages.lexicon import NOUN_KINDS, QUALITY_KINDS, Gloss, Kind, Lexicon


def _inflect(form: str, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Case and gender endings; plurals that need more are listed in the table."""
    if kind in (Kind.COLOUR, Kind.ADJECTIVE):
        stem = form[:-2] + "l" if form.endswith("el") else form
        yield from ((stem + ending, False) for ending in ("e", "en", "em", "es"))
    elif kind in NOUN_KINDS:
        yield from ((form + ending, False) for ending in ("s", "es", "n", "en"))


def _guess(word: str, lexicon: Lexicon) -> Gloss | None:
    """Comparatives ("heller") and compounds ("Kaffeetasse", "dunkelblau")."""
    low = word.lower()
    for ending in ("ere", "eren", "eres", "erer", "er"):
        stem = lexicon.get(low.removesuffix(ending)) if low.endswith(ending) else None
        if stem is not None and stem.kind in (Kind.ADJECTIVE, Kind.COLOUR):
            return Gloss(stem.english, Kind.COMPARATIVE)
    for cut in range(3, len(low) - 2):
        head = lexicon.get(low[cut:])
        if head is None or head.kind not in NOUN_KINDS | {Kind.COLOUR}:
            continue
        for link in ("", "s", "es", "n", "en"):
            if not low[:cut].endswith(link):
                continue
            first = lexicon.get(low[:cut].removesuffix(link))
            if first is None or first.kind not in NOUN_KINDS | QUALITY_KINDS or len(low[:cut]) < 3:
                continue
            english = "light" if first.english == "bright" else first.english
            return Gloss(f"{english} {head.english}", head.kind)
    return None


FUNCTION_WORDS = {
    Kind.DETERMINER: """
        the = der, die, das, den, dem
        a = ein, eine, einen, einem, einer, eines
        this = dieser, diese, dieses, diesen, diesem
        that = jener, jene, jenes, jenen
        my = mein, meine, meinen, meinem, meiner, meines
        your = dein, deine, deinen, deinem, deiner
        his = sein, seine, seinen, seinem, seiner
        her = ihr, ihre, ihren, ihrem, ihrer
        our = unser, unsere, unseren
        all = alle, allen, saemtliche
        both = beide, beiden, die beiden, den beiden
        every = jede, jeden, jedes, jeder
        no = kein, keine, keinen
        some = einige, ein paar, etwas von
        more = mehr von
    """,
    Kind.NUMBER: """
        two = zwei
        three = drei
        four = vier
        five = fünf
    """,
    Kind.PRONOUN: """
        it = es, ihn
        everything = alles
        them = sie
        her = ihr selbst
        one = eins
    """,
    Kind.OF: "of = von",
    Kind.CONJUNCTION: """
        and = und, sowie
        or = oder
    """,
    Kind.RELATION: """
        in = in
        on = auf, an
        under = unter
        behind = hinter
        in front of = vor
        next to = neben
        between = zwischen
        with = mit
        without = ohne
        near = bei, nahe
        above = über, überm, oberhalb
        to the left of = links von, links neben
        to the right of = rechts von, rechts neben
        to = zu, nach
        from = aus
        for = für
        except = außer, bis auf
        through = durch
        around = um
    """,
    Kind.LOCATION: """
        on the far left = ganz links, links außen
        on the far right = ganz rechts, rechts außen
        on the left = links, auf der linken seite
        on the right = rechts, auf der rechten seite
        at the top left = oben links, links oben
        at the top right = oben rechts, rechts oben
        at the bottom left = unten links, links unten
        at the bottom right = unten rechts, rechts unten
        at the top = oben
        at the bottom = unten
        in the back = hinten
        in front = vorne, vorn
        in the middle = in der mitte, mittig
        in the background = in dem hintergrund, in den hintergrund
        in the foreground = in dem vordergrund
    """,
    Kind.DEGREE: """
        a bit = etwas, ein bisschen, ein wenig, bisschen, ein klein wenig, leicht, ein tick
        a bit more = noch etwas, noch ein bisschen, etwas mehr, ein bisschen mehr, noch ein wenig
        much = viel, deutlich, wesentlich
        more = mehr, noch
        less = weniger
        very = sehr
        too = zu sehr
        so = so
    """,
    Kind.SILENT: "- = bitte, mal, doch, einfach, noch bitte, dann, auf diesem bild, auf dem bild, auf dem foto",
}

VERBS = {
    "remove": "entfern(?:e|en|t)?|losch(?:e|en)?|loesch(?:e|en)?|radier(?:e|en)|eliminier(?:e|en)|beseitig(?:e|en)",
    "out": "weg|raus|heraus|ab|fort",
    "take": "nimm|nehmen?|mach(?:e|en|t)?|tu|hol(?:e|en)?|schneid(?:e|en)?|retuschier(?:e|en)|lass(?:e|en)?",
    "outs": "weg(?:machen|nehmen|lassen|retuschieren|radieren|schneiden|tun|zaubern)|"
    "raus(?:nehmen|machen|schneiden|holen)|"
    "heraus(?:nehmen|schneiden)|verschwinden lassen|entfernen|loschen|loeschen",
    "make": "mach(?:e|en|t)?|farb(?:e|en)|faerb(?:e|en)|stell(?:e|en)|gestalt(?:e|en)|setz(?:e|en)",
    "colour": "farb(?:e|en)|faerb(?:e|en)|streich(?:e|en)?|mal(?:e|en)|lackier(?:e|en)",
    "replace": "ersetz(?:e|en|t)?|tausch(?:e|en)?|austausch(?:e|en)|wechsel[en]?|wechsle",
    "change": "ander(?:e|n)|aender(?:e|n)|verander(?:e|n)|veraender(?:e|n)",
    "turn": "verwandel[en]?|verwandle|wandel[en]?|wandle|konvertier(?:e|en)",
    "add": "fug(?:e|en)?|fueg(?:e|en)?|setz(?:e|en)?|bau(?:e|en)?",
    "in": "hinzu|ein|dazu|hinein",
    "adds": "hinzufugen|hinzufuegen|einfugen|einfuegen|einbauen|einsetzen|dazusetzen",
    "put": "stell(?:e|en)?|leg(?:e|en)?|setz(?:e|en)?|pack(?:e|en)?|platzier(?:e|en)|mal(?:e|en)?|zeichn(?:e|en)|"
    "hang(?:e|en)?|haeng(?:e|en)?",
    "give": "gib|geben?|verpass(?:e|en)?",
    "raise": "erhoh(?:e|en)|erhoeh(?:e|en)|verstark(?:e|en)|verstaerk(?:e|en)|steiger[en]?|steigere",
    "lower": "verringer[en]?|verringere|reduzier(?:e|en)|senk(?:e|en)?|vermindere?",
    "blur": "verwisch(?:e|en)|zeichne weich|weichzeichnen|blurr?(?:e|en)",
    "redact": "schwarz(?:e|en)|schwaerz(?:e|en)|zensier(?:e|en)|verpixel[en]?|verpixle|"
    "anonymisier(?:e|en)|verdeck(?:e|en)",
    "hide": "versteck(?:e|en)|verberge|verbergen",
    "brighten": "hell(?:e|en)?|erhell(?:e|en)|aufhellen",
    "darken": "dunk(?:le|eln)|abdunkeln|verdunk(?:le|eln)",
    "sharpen": "scharf(?:e|en)|schaerf(?:e|en)|nachscharfen|nachschaerfen",
    "rotate": "dreh(?:e|en)?|rotier(?:e|en)",
    "flip": "spieg(?:le|eln)|spiegele",
    "straighten": "begradig(?:e|en)|gerade ?richten",
    "move": "verschieb(?:e|en)|schieb(?:e|en)?|beweg(?:e|en)|ruck(?:e|en)?|rueck(?:e|en)?|verschiebe",
    "enlarge": "vergroßer[en]?|vergroßere|vergroessere?|vergroessern",
    "shrink": "verkleiner[en]?|verkleinere",
    "select": "markier(?:e|en)|selektier(?:e|en)|wahl(?:e|en)?|waehl(?:e|en)?|erkenn(?:e|en)",
    "extract": "extrahier(?:e|en)|freistellen",
    "extend": "erweiter[en]?|erweitere|verlanger[en]?|verlangere",
    "restore": "restaurier(?:e|en)|reparier(?:e|en)|repariere",
    "enhance": "verbesser[en]?|verbessere",
    "write": "schreib(?:e|en)?",
    "fix": "korrigier(?:e|en)|beheb(?:e|en)",
    "retouch": "retuschier(?:e|en)",
    "colorize": "kolorier(?:e|en)",
}


_CONTRACTIONS = {
    "im": "in dem", "ins": "in das", "am": "an dem", "ans": "an das", "vom": "von dem", "zum": "zu dem",
    "zur": "zu der", "beim": "bei dem", "aufs": "auf das", "hinterm": "hinter dem", "unterm": "unter dem",
}  # fmt: skip


def _prepare(text: str) -> str:
    text = re.sub(
        r"\b(?:[iavz][mn]s?|zur|beim|aufs|hinterm|unterm|vom|zum)\b", lambda w: _CONTRACTIONS.get(w[0], w[0]), text
    )
    text = re.sub(r"\b([Dd])es (?=[A-ZÄÖÜ])", r"von dem ", text)
    return re.sub(r"\bz\. ?B\.", "", text)


GRAMMAR = Grammar(
    lexicon=Lexicon(["de"], FUNCTION_WORDS, _inflect, umlauts=True),
    frames=read_frames("german", VERBS),
    verbs=any_verb(VERBS),
    breaks=re.compile(r"\s*[,;.!]\s+(?:und\s+|dann\s+)?|\s+(?:und|sowie)\s+(?:dann\s+)?|\s+dann\s+"),
    polite=re.compile(
        r"\b(?:pl[sz]|bitte|mal|doch mal|einfach)\b|^(?:hallo|hi|hey|servus)[,!.\s]+(?=\S)|"
        r"^(?:kannst|konntest|koenntest|konnten|konnen|wurdest|wuerdest|konnte)\s+(?:du|sie|ihr|man|jemand)(?:\s+mir)?\b|"
        r"^(?:ich (?:mochte|moechte|will|hatte gerne?|haette gerne?|brauche)|du sollst)(?:,? dass)?\b|"
        r"\b(?:auf|in) (?:diesem|dem) (?:bild|foto)\b(?=\s+\S)|\b(?:vielen )?dank(?:e)?$(?<!^danke)(?<!^vielen dank)|"
        r"\bsie\b(?=\s+(?:das|den|die))"
    ),
    joins=frozenset({"und", "sowie", ","}),
    prepare=_prepare,
    guess=_guess,
)
