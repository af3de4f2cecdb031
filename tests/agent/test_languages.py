"""Language detection and the rule translation into English requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.offline import Turn, plan
from agent.offline.languages import LANGUAGES, detect, to_english
from agent.offline.languages.lexicon import TABLE, fold
from agent.offline.languages.phrases import comparative
from agent.offline.languages.registry import grammar
from tests.shared_material import SHARED, needs_shared

REQUESTS = Path(__file__).parent / "requests"
ROWS = [
    json.loads(line)
    for path in sorted(REQUESTS.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]

TRANSLATIONS = {
    "es": {
        "el cielo está muy gris, ponlo azul": "the sky is too gray, make it blue",
        "haz el coche rojo más grande": "make the red car bigger",
        "la de la derecha": "the one on the right",
        "no me gusta, vuelve a como estaba antes": "i don't like it, undo that",
        "Quiero que elimines el coche y que pongas un árbol en su lugar": "remove the car and add a tree in its place",
        "cambia el color de la camisa a verde esmeralda": "change the color of the shirt to emerald green",
        "¿Me puedes quitar las personas del fondo, por favor?": "remove the people in the background",
        "pon la foto en blanco y negro": "make the photo black and white",
        "hazlo un poco más oscuro": "make it a bit darker",
        "haz la foto un poco mas clara": "make the photo a bit brighter",
        "quita la silla y la mesa y recorta a 4:5": "remove the chair and the table and crop to 4:5",
        "ponle unas gafas de sol al gato": "add some sunglasses to the cat",
        "sube el contraste un 15%": "increase the contrast by 15%",
        "deshaz eso": "undo that",
        "otra vez": "again",
        "los guantes también": "the gloves too",
        'escribe "Feliz cumpleaños" en la tarta': 'write "Feliz cumpleaños" on the cake',
    },
    "de": {
        "Mach die Lippen etwas roter": "make the lips a bit redder",
        "Füge ein roter Ball hinzu": "add a red ball",
        "nein, den rechten": "no, the right one",
        "Nimm dem Mann die Brille ab": "remove the glasses",
        "Das Auto soll rot sein": "make the car red",
        "Lass das Foto älter aussehen": "make the photo older",
        "weißer Hintergrund ohne Schatten": "make the background white and remove shadow",
        "größer": "bigger",
        "Mach den Hintergrund auf diesem Bild heller.": "make the background brighter",
        "Kannst du bitte die alte Lampe wegmachen?": "remove the old lamp",
        "nimm den Stuhl weg": "remove the chair",
        "Ersetze den Hund durch eine schwarze Katze": "replace the dog with a black cat",
        "mach das rückgängig": "undo that",
        "den linken auch": "the left one too",
        "ein bisschen dunkler": "a bit darker",
        "Färbe das Hemd dunkelgrün": "make the shirt dark green",
        "Die Haare der Frau blond machen": "make the hair of the woman blonde",
        "Gib dem Hund einen Hut": "add a hat to the dog",
        "Drehe das Bild um 90 Grad nach links": "rotate the image 90 degrees counterclockwise",
    },
    "fr": {
        "mon visage est trop sombre, éclaircis-le": "my face is too dark, brighten it",
        "recadre au format 4:5": "crop to 4:5",
        "celle de droite": "the one on the right",
        "encore plus sombre": "darker",
        "enlève le chien à gauche et éclaircis la photo": "remove the dog on the left and brighten the photo",
        "mets un chapeau rouge sur la tête du chat": "add a red hat to the cat",
        "peux-tu rendre le ciel plus bleu s'il te plaît": "make the sky bluer",
        "l'autre aussi": "the other one too",
        "annule ça": "undo that",
        "un peu plus clair": "a bit brighter",
        "remplace la chaise par un fauteuil en bois": "replace the chair with a wooden armchair",
        "la même chose pour la veste": "same for the jacket",
    },
    "zh": {
        "不对，是右边的那个": "no, the one on the right",
        "把人物抠出来放到海边": "cut out the person and change the background to beach",
        "画面整体暖一点": "make the image a bit warmer",
        "只改衣服，别动背景": "only the clothes, keep the background",
        "把手里的鸡腿变成汉堡": "change the chicken leg in the hand to hamburger",
        "请把后面的男人去掉，然后把照片调亮一点": "remove the man in the back, make the photo a bit brighter",
        "撤销": "undo that",
        "把桌子上的红色杯子删掉": "remove the red cup on the table",
        "把背景换成海滩": "change the background to beach",
        "戴帽子的女孩去掉": "remove the girl wearing hat",
        "顺时针旋转90度": "rotate 90 degrees clockwise",
    },
    "hi": {
        "दूसरा वाला भी": "the other one too",
        "सफेद बैकग्राउंड चाहिए": "make the background white",
        "दाईं वाली": "the one on the right",
        "लाल कार को नीला कर दो": "make the red car blue",
        "पीछे वाले आदमी को हटा दो और फोटो थोड़ी ब्राइट करो": "remove the man in the back and make the photo a bit brighter",
        "वापस करो": "undo that",
        "कार का रंग लाल कर दो": "change the color of the car to red",
        "मेज पर रखी बोतल हटाओ": "remove the bottle on the table",
    },
    "hi-Latn": {
        "shirt pe daag hai hata do": "there is the stain on the shirt and remove it",
        "price tag hata do aur thoda crop karo": "remove the price tag and crop the photo",
        "shirt ka rang lal se neela kar do": "change the color of the shirt to blue",
        "gaadi ka rang neela kar do": "change the color of the car to blue",
        "piche wali ladki hatao": "remove the girl in the back",
        "photo ko thoda aur bright karo": "make the photo a bit brighter",
        "kutte ki jagah sher laga do": "replace the dog with lion",
    },
}
PAIRS = [(lang, text, english) for lang, table in TRANSLATIONS.items() for text, english in table.items()]


@pytest.mark.parametrize(("lang", "text", "english"), PAIRS, ids=[text for _, text, _ in PAIRS])
def test_translates_into_a_request_the_english_grammar_reads(lang: str, text: str, english: str):
    assert to_english(text, lang) == english


@pytest.mark.parametrize(("lang", "text"), [pair[:2] for pair in PAIRS], ids=[text for _, text, _ in PAIRS])
def test_detects_the_language_of_what_it_translates(lang: str, text: str):
    assert detect(text) == lang


@pytest.mark.parametrize(
    "text",
    [
        'change "Guten Tag" on the mat to "Hola amigos"',
        "replace the El Camino with a Mercedes",
        "make the walls rouge noir",
        "replace the 陈 character inside the heart",
        "write नमस्ते on the welcome sign above the door",
        "can the Volkswagen be in Berlin",
        "put the piñata next to the señorita",
        "bokeh",
        "b&w",
        "darker",
        "a sari instead",
        "",
    ],
)
def test_english_with_foreign_words_stays_english(text: str):
    assert detect(text) == "en"


def test_every_labelled_english_request_is_taken_for_english():
    assert [row["text"] for row in ROWS if "lang" not in row and detect(row["text"]) != "en"] == []


def test_labelled_requests_in_other_languages_are_recognised():
    foreign = [row for row in ROWS if "lang" in row]
    wrong = [row["text"] for row in foreign if detect(row["text"]) != row["lang"]]
    assert len(wrong) <= 0.05 * len(foreign), wrong


@needs_shared
def test_the_shared_development_set_is_recognised():
    assert SHARED is not None
    path = SHARED / "eval" / "instructions" / "dev.jsonl"
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        assert detect(row["text"]) == row.get("lang", "en"), row["text"]


def test_english_comes_back_unchanged_and_unknown_languages_do_not():
    assert to_english("remove the car", "en") == "remove the car"
    assert to_english("poista auto", "fi") is None


def test_unknown_nouns_stay_as_they_are():
    assert to_english("quita el ornitorrinco", "es") == "remove the ornitorrinco"
    assert to_english("Entferne den Zwirbelknauf", "de") == "remove the Zwirbelknauf"


def test_what_is_not_understood_is_not_guessed():
    assert to_english("vendredi prochain nous irons ailleurs", "fr") is None


def test_the_conversation_settles_what_could_be_either():
    assert detect("plus grand") == "en"
    assert detect("plus grand", likely="fr") == "fr"
    assert detect("make it brighter", likely="fr") == "en"


def test_hex_colours_numbers_and_quotes_survive():
    assert to_english("cambia el color del bolso a #8B4513", "es") == "change the color of the bag to #8B4513"
    assert to_english("把“OPEN”改成“CLOSED”", "zh") == 'change "OPEN" to "CLOSED"'


@pytest.mark.parametrize(
    ("adjective", "more"),
    [("bright", "brighter"), ("big", "bigger"), ("blurry", "blurrier"), ("vivid", "more vivid"), ("blue", "bluer")],
)
def test_comparatives(adjective: str, more: str):
    assert comparative(adjective) == more


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_frame_fills_only_slots_it_has(lang: str):
    for frame in grammar(lang).frames:
        asked = {part.split("}")[0] for part in frame.english.split("{")[1:]}
        assert asked <= set(frame.pattern.groupindex), frame.english


def test_every_word_has_all_its_columns():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    width = len(lines[0].split("\t"))
    for line in lines:
        cells = line.split("\t")
        assert len(cells) == width
        assert all(cell.strip() for cell in cells), line


def test_folding_keeps_the_length():
    for text in ("¿Más fría, señor?", "Größe", "l’œil", "पीछे"):
        assert len(fold(text)) == len(text)


def test_requests_in_other_languages_plan_the_operations_they_ask_for():
    rows = [row for row in ROWS if "lang" in row and "-dev-" in row["id"]]
    missed = []
    for row in rows:
        context = [Turn(turn["role"], turn["text"]) for turn in row.get("context", [])]
        planned = [step.op for step in plan(row["text"], context).steps]
        wanted = [[step["op"] for step in steps] for steps in [row["plan"], *row.get("alt_plans", [])]]
        if planned not in wanted:
            missed.append((row["text"], planned))
    assert len(missed) <= 0.1 * len(rows), missed
