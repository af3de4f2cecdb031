"""French: function words, verb classes and sentence frames."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.offline.languages.engine import Grammar, any_verb, read_frames
from agent.offline.languages.lexicon import NOUN_KINDS, Kind, Lexicon

_CLITIC = "(?:-(?:le|la|les|moi|lui|leur))?(?:-(?:le|la|les))?"


def _er(stems: str) -> str:
    return f"(?:{stems})(?:er|ez|es|ons|e){_CLITIC}"


def _inflect(form: str, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Plurals by rule, and for adjectives the feminine."""
    if kind in NOUN_KINDS:
        head, blank, rest = form.partition(" ")
        yield f"{head}s{blank}{rest}", True
    elif " " not in form:
        yield from ((form + ending, False) for ending in ("e", "s", "es"))


FUNCTION_WORDS = {
    Kind.DETERMINER: """
        the = le, la, les, l'
        a = un, une
        this = ce, cet, cette
        these = ces
        my = mon, ma, mes
        your = ton, ta, tes, votre, vos
        his = son, sa, ses
        our = notre, nos
        their = leur, leurs
        all the = tous les, toutes les
        all = tous, toutes
        the whole = tout le, toute la
        both = les deux
        every = chaque
        some = quelques, plusieurs
        the other = l'autre, les autres
        another = un autre, une autre
    """,
    Kind.NUMBER: """
        two = deux
        three = trois
        four = quatre
        five = cinq
    """,
    Kind.PRONOUN: """
        it = ça, cela, ceci
        everything = tout
        everyone = tout le monde
        him = lui
        her = elle
    """,
    Kind.OF: "of = de, d'",
    Kind.CONJUNCTION: """
        and = et
        or = ou
    """,
    Kind.RELATION: """
        in = dans, en
        on = sur
        on top of = au-dessus de
        under = sous, en dessous de
        behind = derrière
        in front of = devant
        next to = à côté de, près de
        between = entre
        with = avec
        without = sans
        to the left of = à gauche de
        to the right of = à droite de
        to = à, vers
        for = pour
        by = par
        except = sauf, excepté
        around = autour de
    """,
    Kind.LOCATION: """
        on the far left = tout à gauche
        on the far right = tout à droite
        on the left = à gauche, de gauche
        on the right = à droite, de droite
        at the top = en haut
        at the bottom = en bas
        at the top left = en haut à gauche
        at the top right = en haut à droite
        at the bottom left = en bas à gauche
        at the bottom right = en bas à droite
        in the back = derrière eux, de derrière
        in front = de devant
        in the background = à l'arrière-plan, en arrière-plan, de l'arrière-plan, de fond, en fond
        in the background = à le fond, à l'arrière-plan
        the left = la gauche
        the right = la droite
        the top = le haut
        the bottom = le bas
        in the foreground = à le premier plan
        in the middle = à le milieu, à le centre, de le milieu
    """,
    Kind.DEGREE: """
        a bit = un peu, un petit peu, légèrement, un chouïa, un poil
        a bit more = encore un peu, un peu plus
        much = beaucoup, bien
        more = plus, davantage, encore
        less = moins
        very = très
        too = trop
        so = aussi
    """,
    Kind.SILENT: "- = s'il te plaît, s'il vous plaît, svp, stp, que, qui, couleur de couleur",
}

VERBS = {
    "remove": _er("enlev|supprim|retir|effac|elimin|gomm|vir")
    + "|retire(?:r|z)?|fai(?:s|re|tes) disparaitre|debarrasse-moi de|ote[rz]?|degage[rz]?",
    "add": _er("ajout|insèr|inser|insér|dessin|plac|rajout") + "|rajoute",
    "put": "(?:mets|mettre|mettez|met|pose[rz]?)" + _CLITIC,
    "replace": "remplac(?:e|er|ez|es|ons)" + _CLITIC + "|echang(?:e|er|ez)|substitu(?:e|er)",
    "change": "chang(?:e|er|ez|es)|modifi(?:e|er|ez)",
    "turn": _er("transform") + "|converti(?:s|r|ssez|sse)",
    "paint": _er("pein[dt]|color|repein") + "|peins|peindre|teins|teindre",
    "raise": _er("augment|mont|renforc|accentu|pouss"),
    "lower": _er("baiss|diminu|attenu") + "|reduis|reduire|reduisez",
    "make": "(?:rends?|rendre|rendez|fais|faire|faites|passe[rz]?|laisse[rz]?)",
    "blur": _er("flout|brouill") + "|(?:rends|rendre) flou(?:e|es|s)?",
    "redact": _er("censur|pixelis|anonymis|noirc") + "|noircir|noircis",
    "hide": _er("cach|masqu|dissimul"),
    "brighten": "eclairci(?:s|r|ssez)" + _CLITIC + "|" + _er("illumin|eclair"),
    "darken": "(?:assombri(?:s|r|ssez)|fonce[rz]?)" + _CLITIC,
    "sharpen": "accentu(?:e|er) la nettete de",
    "crop": _er("recadr|rogn|decoup"),
    "rotate": _er("tourn|pivot") + "|fais (?:tourner|pivoter)|faire (?:tourner|pivoter)",
    "flip": _er("retourn|invers"),
    "straighten": _er("redress"),
    "move": _er("deplac|boug|decal"),
    "enlarge": "(?:agrandi(?:s|r|ssez)|elargi(?:s|r)|grossi(?:s|r))" + _CLITIC,
    "shrink": "rapetisse[rz]?|retrecis|retrecir",
    "select": _er("selectionn|detect"),
    "extract": "extrai(?:s|re)",
    "cutout": _er("detour"),
    "extend": "etend(?:s|re|ez)|prolonge[rz]?",
    "restore": _er("restaur|repar|retouch"),
    "enhance": _er("amelior"),
    "smooth": _er("liss"),
    "write": "ecri(?:s|re|vez)",
    "undo": "annul(?:e|er|ez)(?:-le|-la|-ça|-ca)?|defai(?:s|re|tes)|revien(?:s|dre|ez) sur",
}

_CONTRACTIONS = {"du": "de le", "des": "de les", "au": "a le", "aux": "a les"}


def _prepare(text: str) -> str:
    """Contractions undone: "du" is "de le", "l'ombre" is two words."""
    text = re.sub(r"\b([ldLD]|[jnsmtcJNSMTC]|[qQ]u)'(?=\S)(?!il\b|est\b)", r"\1' ", text.replace("’", "'"))
    return re.sub(r"\b(du|des|aux?)\b", lambda word: _CONTRACTIONS[word[0].lower()], text, flags=re.IGNORECASE)


GRAMMAR = Grammar(
    lexicon=Lexicon(["fr"], FUNCTION_WORDS, _inflect),
    frames=read_frames("french", VERBS),
    verbs=any_verb(VERBS),
    breaks=re.compile(r"\s*[,;.!]\s+(?:et\s+|puis\s+|ensuite\s+)?|\s+et\s+(?:puis\s+|ensuite\s+|aussi\s+)?|\s+puis\s+"),
    polite=re.compile(
        r",?\s*\b(?:pl[sz]|s'il (?:te|vous) plait|svp|stp)\b|^(?:bonjour|salut|coucou)[,!.\s]+(?=\S)|"
        r"^(?:(?:est-ce que )?(?:tu|vous) (?:peux|pourrais|pouvez|pourriez)|"
        r"(?:peux|pourrais)[- ]tu|(?:pouvez|pourriez)-vous)\b(?:\s+me)?|"
        r"^(?:je (?:voudrais|veux|souhaite|souhaiterais)|j' ?aimerais|il faut|il faudrait)\b(?:\s+que?\b)?|"
        r"\bde cette (?:photo|image)$|\bsur (?:la|cette) (?:photo|image)$|,?\s*merci(?: d' ?avance)?$(?<!^merci)"
    ),
    joins=frozenset({"et", ","}),
    prepare=_prepare,
)
