"""Which other picture a request speaks of: "the second picture", "picture 2", "the attached logo", "logo.png".

The open picture is picture 1; attached ones are counted on from 2, in the order they came. Of attachments themselves
("attachment 1", "the first attached photo") the first is 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.errors import BadInputError
from tools.edits.context import EditContext

_COUNTED = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "sixth": 6, "6th": 6, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
}  # fmt: skip
_PICTURE = r"(?:pictures?|photos?|photographs?|images?|pics?|shots?|screenshots?|files?)"
_ATTACHMENT = r"(?:attachments?|uploads?|reference(?: (?:picture|photo|image|pic))?)"
_ADDED = r"(?:attached|uploaded|added|sent)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|1st|2nd|3rd|4th|5th|6th)"
_NUMBER = r"(?P<number>\d{1,2}|one|two|three|four|five|six)"
_THE = r"(?:the |my |this |that |your |an? )?"
_FROM = r"(?:(?:taken |shown |seen |that is |that's |which is )?(?:from|in|of|on|off|out of|inside) )?"
_FORMS = (
    # "the second attached photo", "the third attachment"
    rf"{_THE}(?P<ordinal>{_ORDINAL}) (?P<among>{_ADDED} (?:{_PICTURE}|one)|{_ATTACHMENT})",
    rf"{_THE}(?P<ordinal>{_ORDINAL}) (?:other )?{_PICTURE}",
    rf"{_THE}(?P<among>{_ATTACHMENT}) (?:number |no\.? ?|# ?)?{_NUMBER}",
    rf"{_THE}{_PICTURE} (?:number |no\.? ?|# ?)?{_NUMBER}",
    rf"{_THE}(?:last|latest|newest) (?:{_ADDED} )?(?:{_PICTURE}|{_ATTACHMENT})",
    rf"{_THE}(?:other|another|reference|{_ADDED}) {_PICTURE}(?: (?:(?:that|which) )?i {_ADDED})?",
    rf"{_THE}{_PICTURE} (?:(?:that )?i(?: have|'ve)? (?:just )?)?{_ADDED}",
    rf"{_THE}{_ATTACHMENT}",
)  # fmt: skip
_LOOSE = rf"(?:from|in|of) (?:the|my|this|that) {_PICTURE}"  # means another picture only where one is attached
# "the attached logo": the word tells where the thing is, not what it is called
_ATTACHED_THING = re.compile(
    r"\b(?P<the>the |my |this |that )?(?:attached|uploaded) (?P<thing>\w)|(?<=\w) (?:that )?(?:i|i've) (?:just )?"
    r"(?:attached|uploaded|sent)\b",
    re.IGNORECASE,
)
_END_OF_THING = re.compile(
    r"\s(?=(?:on|onto|in|into|to|at|over|under|above|below|behind|beside|next|near|between|for|as|with|here|there|and|"
    r"by|inside|across|against|around|atop|upon)\b)|\s*[,.!?]",
    re.IGNORECASE,
)
PICTURE = "qpicq"
_ATTACHED = "attached picture"
_FILE = re.compile(
    r"(?:(?:from|in|of) )?(?P<name>[\w.-]+\.(?:jpe?g|png|tiff?|webp|bmp|gif|heic|avif))\b", re.IGNORECASE
)
_PATTERNS = tuple(re.compile(rf"\b{_FROM}{form}\b", re.IGNORECASE) for form in _FORMS)
_LOOSE_PATTERN = re.compile(rf"\b{_LOOSE}\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|my|this|that|some|his|her|their|its) ", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A picture spoken of, and what of it.

    `number` counts from 1; `of_attachments`: among the attachments, else among all pictures, the open one being 1.
    None: the one that came last. `file` is its file name, where that was said. `thing` is what the rest of the words
    name; None: nothing but the picture was named.
    """

    thing: str | None
    number: int | None = None
    of_attachments: bool = False
    file: str | None = None


def mentioned(text: str, *, attached: bool = False) -> Mention | None:
    """Read a noun phrase; None when it speaks of no other picture. `attached`: there is one, so that "the lamp from the
    photo" means it.
    """
    for pattern in _PATTERNS:
        found = pattern.search(text)
        if found is None:
            continue
        groups = found.groupdict()
        said = (groups.get("ordinal") or groups.get("number") or "").lower()
        number = int(said) if said.isdigit() else _COUNTED.get(said)
        return Mention(_rest(text, found), number, bool(groups.get("among")))
    if found := _FILE.search(text):
        return Mention(_rest(text, found), file=found["name"])
    if found := _ATTACHED_THING.search(text):
        start = found.start("thing") if found["thing"] else found.end()
        return Mention(_cleaned(text[: found.start()] + " " + text[start:]))
    if attached and (found := _LOOSE_PATTERN.search(text)):
        return Mention(_rest(text, found))
    return None


def spoken_of(text: str) -> tuple[str, str] | None:
    """A text with the first mention of another picture replaced by `PICTURE`, and the mention's own words.

    "put the lamp from picture 2 on the table" → "put the lamp PICTURE on the table", "picture 2".
    """
    found = next((match for pattern in (*_PATTERNS, _FILE) if (match := pattern.search(text))), None)
    if found is not None:
        said = re.sub(rf"^{_FROM}{_THE}", "", found[0], flags=re.IGNORECASE)
        return _marked(text[: found.start()], text[found.end() :]), said
    found = _ATTACHED_THING.search(text)
    if found is None:
        return None
    if not found["thing"]:
        return _marked(text[: found.start()], text[found.end() :]), _ATTACHED
    end = _END_OF_THING.search(text, found.end())
    at = len(text) if end is None else end.start()
    return _marked(f"{text[: found.start()]}the {text[found.start('thing') : at]}", text[at:]), _ATTACHED


def _marked(before: str, after: str) -> str:
    return f"{before.strip()} {PICTURE}{after if after[:1] in tuple(',.;!?') else ' ' + after.strip()}".strip()


def attachment_of(mention: Mention, context: EditContext) -> tuple[str, str]:
    """Id and name of the picture meant. Raises BadInputError when none is attached, or not so many."""
    names = dict(context.workspace.attachments())
    known = [(one, names.get(one, one)) for one in context.attachments]
    if not known:
        raise BadInputError("No other picture is attached; attach the one that you mean, then ask again.")
    if mention.file is not None:
        wanted = mention.file.lower()
        found = next((one for one in reversed(known) if one[1].lower() == wanted), None)
        if found is None:
            raise BadInputError(f"No attached picture is called {mention.file}; there is {_listed(known)}.")
        return found
    if mention.number is None:
        return known[-1]
    place = mention.number - (1 if mention.of_attachments else 2)
    # who calls the only attachment "picture 1" does not count the open one
    place = 0 if place == -1 and not mention.of_attachments else place
    if not 0 <= place < len(known):
        count = "only one other picture is" if len(known) == 1 else f"{len(known)} other pictures are"
        raise BadInputError(f"There is no such picture: {count} attached ({_listed(known)}); say which, or attach it.")
    return known[place]


def _listed(known: list[tuple[str, str]]) -> str:
    return ", ".join(f"picture {number}: {name}" for number, (_, name) in enumerate(known, start=2))


def _rest(text: str, found: re.Match[str]) -> str | None:
    return _cleaned(text[: found.start()] + " " + text[found.end() :].removeprefix("'s"))


def _cleaned(text: str) -> str | None:
    words = " ".join(text.split()).strip(" ,.;:'\"")
    words = re.sub(r"\s*\b(?:from|in|of|on|off|with|as|like|that|which|is|by|using)$", "", words, flags=re.IGNORECASE)
    words = _ARTICLE.sub("", words.strip())
    return words or None
