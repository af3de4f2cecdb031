"""Spanish: function words, verb classes and sentence frames."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.offline.languages.engine import Grammar, any_verb, read_frames
from agent.offline.languages.lexicon import NOUN_KINDS, Kind, Lexicon

_CLITICS = "(?:me|nos|le|les|te|se)?(?:lo|la|los|las)?"


def _ar(stems: str) -> str:
    return f"(?:{stems})(?:ar|as|a|en|es|e|ad|amos|emos){_CLITICS}"


def _er(stems: str) -> str:
    return f"(?:{stems})(?:er|ir|es|e|an|as|a|ed|id)?{_CLITICS}"


def _inflect(form: str, kind: Kind) -> Iterator[tuple[str, bool]]:
    """Plurals by rule, and for adjectives the feminine: rojo, roja, rojos, rojas; azul, azules."""
    if " " in form and kind not in NOUN_KINDS:
        head, _, rest = form.partition(" ")
        for inflected, _ in _inflect(head, kind):
            yield f"{inflected} {rest}", False
        return
    if kind in (Kind.COLOUR, Kind.ADJECTIVE) and form.endswith("o"):
        yield from ((form[:-1] + ending, False) for ending in ("a", "os", "as"))
    elif kind in NOUN_KINDS and " " in form:
        head, _, rest = form.partition(" ")
        yield f"{_plural(head)} {rest}", True
    else:
        yield _plural(form), True


def _plural(form: str) -> str:
    if form.endswith("z"):
        return form[:-1] + "ces"
    return form + ("s" if form[-1] in "aeiou" else "es")


FUNCTION_WORDS = {
    Kind.DETERMINER: """
        the = el, la, los, las
        a = un, una, uno
        some = unos, unas, algunos, algunas
        this = este, esta
        these = estos, estas
        that = ese, esa, aquel, aquella
        those = esos, esas, aquellos, aquellas
        my = mi, mis
        your = tu, tus
        his = su, sus
        all the = todos los, todas las
        all = todos, todas
        the whole = toda la, todo el
        both = ambos, ambas, los dos, las dos
        every = cada
        another = otro, otra
        the other = el otro, la otra
        the other = los otros, las otras, los demas, las demas
        more = mas cantidad de
    """,
    Kind.NUMBER: """
        two = dos
        three = tres
        four = cuatro
        five = cinco
    """,
    Kind.PRONOUN: """
        it = ello, eso, esto, lo
        him = el mismo
        everything = todo
        everyone = todo el mundo
    """,
    Kind.OF: "of = de",
    Kind.CONJUNCTION: """
        and = y, e
        or = o, u
    """,
    Kind.RELATION: """
        in = en, dentro de
        on = sobre
        on top of = encima de
        under = debajo de, bajo
        behind = detras de, tras
        in front of = delante de, enfrente de, frente a
        next to = al lado de, a el lado de, junto a
        between = entre
        with = con
        without = sin
        near = cerca de
        above = arriba de, por encima de
        to the left of = a la izquierda de
        to the right of = a la derecha de
        to = a, hacia
        for = para
        except = excepto, salvo
        except the = menos el, menos la, menos los, menos las
        around = alrededor de
    """,
    Kind.LOCATION: """
        on the far left = mas a la izquierda, de mas a la izquierda
        on the far right = mas a la derecha, de mas a la derecha
        on the left = a la izquierda, de la izquierda, por la izquierda
        on the right = a la derecha, de la derecha
        in the back = de atras, detras, atras
        in front = de delante, delante, de enfrente, adelante
        in its place = en su lugar
        the left = la izquierda
        the right = la derecha
        at the top = arriba, de arriba, en la parte superior
        at the bottom = abajo, de abajo, en la parte inferior
        in the middle = en el medio, de en medio, en el centro, de el medio
        in the background = en el fondo, a el fondo, en segundo plano
        holding = sosteniendo, que sostiene
        wearing = que lleva, con puesto, vistiendo
    """,
    Kind.NOUN: """
        bottom right corner = esquina inferior derecha
        bottom left corner = esquina inferior izquierda
        top right corner = esquina superior derecha
        top left corner = esquina superior izquierda
    """,
    Kind.DEGREE: """
        a bit = un poco, un poquito, algo, ligeramente, un pelin, un tanto
        a bit more = un poco mas, un poquito mas, algo mas
        much = mucho
        more = mas
        less = menos
        very = muy
        too = demasiado
        so = tan
    """,
    Kind.SILENT: "- = que hay, que esta, que estan, que se ve, estan, por favor, porfa, ya, que, de color, de el todo",
}

VERBS = {
    "remove": _ar("quit|elimin|borr|sac") + "|" + _er("suprim") + "|haz desaparecer|deshazte de|quites|saques",
    "add": _ar("agreg|coloc|insert|dibuj") + "|" + "(?:anad|inclu)(?:ir|e|a|as|es|en|y[ae]n?)" + _CLITICS,
    "put": "(?:pon|pongas?|poner|pones|pongan)" + _CLITICS + "|mete(?:r|le|la|lo)?",
    "replace": _ar("remplaz|reemplaz|intercambi") + "|reemplac[ea]n?|remplac[ea]|sustitu(?:ye|ir|ya|yes)" + _CLITICS,
    "change": _ar("cambi|modific") + "|modifi(?:que|ca)",
    "turn": _ar("transform") + "|convi?ert(?:e|ir|a|es)" + _CLITICS,
    "paint": _ar("pint|colore") + "|tin(?:e|a|es|ir)|tene?ir",
    "raise": _er("sub") + "|" + _ar("aument|increment|potenci") + "|dale mas",
    "lower": _ar("baj|disminu") + "|" + _er("reduc") + "|redu(?:ce|zca|cir|zcas)|disminu(?:ye|ya|ir)",
    "make": "(?:haz(?:me|nos|le)?|hacer|haga|hagas|haces|vuelve|volver|deja|dejar|dejes)",
    "blur": _ar("desenfoc|difumin|emborron") + "|desenfoque",
    "redact": _ar("tap|censur|pixel|anonimiz"),
    "hide": _ar("ocult") + "|escond(?:e|er|a)",
    "brighten": _ar("aclar|ilumin") + "|abrillanta",
    "darken": "oscurec(?:e|er)|oscurezcas?",
    "sharpen": _ar("afil|enfoc") + "|enfoque",
    "crop": _ar("recort"),
    "rotate": _ar("gir|rot"),
    "flip": _ar("volte|reflej") + "|da(?:le)? la vuelta a",
    "straighten": _ar("enderez") + "|enderece|nivela",
    "move": "mueve|mover|mueva|muevas|muevel[oa]|" + _ar("desplaz"),
    "enlarge": _ar("agrand|ampli|aument el tamano de"),
    "shrink": _ar("achic") + "|encog(?:e|er)|reduce el tamano de|haz mas pequen[oa] a?",
    "select": _ar("seleccion") + "|marca|detecta|segmenta",
    "extract": "extra(?:e|er|iga)",
    "extend": _er("extend|extiend|expand"),
    "restore": _ar("restaur|repar|arregl"),
    "enhance": _ar("mejor"),
    "write": "escrib(?:e|ir|a|es)",
}

GRAMMAR = Grammar(
    lexicon=Lexicon(["es"], FUNCTION_WORDS, _inflect),
    frames=read_frames("spanish", VERBS),
    verbs=any_verb(VERBS),
    breaks=re.compile(
        r"\s*[,;.!]\s+(?:y\s+|luego\s+|despues\s+|que\s+)?|\s+(?:y|e)\s+(?:que\s+|luego\s+|despues\s+|tambien\s+)?|\s+luego\s+"
    ),
    polite=re.compile(
        r"(?:,?\s*\b(?:pl[sz]|por favor|porfa(?:vor)?|plis)\b)|^[¿¡\s]*(?:hola|oye|buenas)[,!.\s]+(?=\S)|"
        r"^[¿¡\s]*(?:me |nos |lo |la )?(?:puedes|podes|podrias|podria|puede|podeis|pueden|podrian)\b"
        r"(?:\s+(?:ayudarme a|por favor))?|"
        r"^[¿¡\s]*(?:quiero|quisiera|queria|necesito|me gustaria|se puede|se podria|hay que|tienes que|deberias)\b"
        r"(?:\s+que\b)?(?:\s+ver\b(?! (?:el )?(?:antes|original)))?|"
        r"\bde esta (?:foto|imagen)$|\ben (?:la|esta) (?:foto|imagen)$|,?\s*(?:muchas )?gracias$(?<!^gracias)"
    ),
    joins=frozenset({"y", "e", ","}),
    prepare=lambda text: re.sub(r"\b([dD])el\b", r"\1e el", re.sub(r"\b([aA])l\b", r"\1 el", text)),
)
