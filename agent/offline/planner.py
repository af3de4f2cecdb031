"""From a request in plain words to a plan: normalise, split, read each clause, complete it from the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.offline import (
    answering,
    clauses,
    complaints,
    cutting_off,
    filling,
    finishing,
    followup,
    frames,
    from_pictures,
    intents,
    interjections,
    languages,
    normalise,
    references,
    replies,
    restyling,
    second_thoughts,
    secrecy,
    session,
    shorthand,
    spelling,
    variations,
    verbless,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.completing import completed
from agent.offline.history import Conversation
from agent.offline.reader import second
from agent.offline.reading import clause_by_clause
from agent.offline.steps import Plan, Step, Turn
from agent.offline.wording import wording
from tools.edits.attached import spoken_of

_REMEMBERED = 24  # earlier messages read again; what is older no longer bears on a follow-up
_POINTED_AT = "your selection"  # a reply that says so answered a message about something pointed at
_NUMBER = re.compile(r"\d{1,2}[.!]?")  # a whole message: the answer to something that offered numbers
_CHOICE = re.compile(
    r"\?|\d[.):]|\b(?:which|choose|pick|say its number|here (?:are|is)|variations?|options?|versions)\b|"
    r"\b(?:two|three|four|five|six|[2-9]) (?!edits|steps)\w+",
    re.I,
)
_TELLING = 400  # so many characters are enough to tell the language


def plan(
    text: str,
    context: Sequence[Turn] = (),
    *,
    has_selection: bool = False,
    has_attachment: bool = False,
    learned: bool = True,
) -> Plan:
    """The edits a request asks for, in the order said, completed from the conversation before it.

    `context` is the conversation, oldest turn first. With `has_selection` the person has just pointed at
    something: "this", "it" and a bare "blue" mean that, and the target is then "this". With `has_attachment` another
    picture came with the message, and "put this logo on the mug" is about that. Never raises; what it cannot read
    becomes a `clarify` step whose question is in `reply`. Without `learned` the grammar reads alone; it also does
    where something was pointed at or attached, which the learned reader has not seen.
    """
    past = conversation(context, learned=learned)
    text = from_pictures.with_attachment(text) if has_attachment else text
    steps, why, quotes = read(text, past, has_selection, learned=learned and not (has_selection or has_attachment))
    told = tuple(Step(step.op, _shown(step.target, quotes), _shown(step.value, quotes)) for step in steps)
    return Plan(told, replies.reply_for(list(told), why))


def _shown(phrase: str | None, quotes: list[str]) -> str | None:
    if phrase is None:
        return None
    phrase = phrase.replace("drop-shadow", "drop shadow")
    phrase = re.sub(r"\b(black)-and-white\b", r"\1 and white", phrase, flags=re.I)
    phrase = re.sub(r"^(?:b ?(?:&|n|/|and) ?w)$", "black and white", phrase, flags=re.I)
    return re.sub(r"\s+", " ", normalise.unprotect(phrase, quotes)).strip(" ,;") or None


def conversation(context: Sequence[Turn], *, learned: bool = True) -> Conversation:
    """What earlier turns have done, oldest first; without `learned` by the grammar alone."""
    past = Conversation()
    turns = list(context)[-_REMEMBERED:]
    for index, turn in enumerate(turns):
        said = normalise.tidy(turn.text)
        if turn.role == "assistant":
            if index == 0 or turns[index - 1].role == "assistant":
                past.told.append(said)
                past.last_reply = said
            continue
        reply = turns[index + 1].text if index + 1 < len(turns) and turns[index + 1].role == "assistant" else ""
        pointed = _POINTED_AT in reply
        steps, _, quotes = read(turn.text, past, pointed, learned=learned and not pointed)
        # nothing is pointed at any more, but what was worked on keeps the name that the reply gave it
        steps = [replace(step, target=_POINTED_AT) if pointed and _is_about_it(step) else step for step in steps]
        shown = [Step(step.op, _shown(step.target, quotes), _shown(step.value, quotes)) for step in steps]
        english = languages.to_english(said[:2000], languages.detect(said[:_TELLING]))
        past.add(spelling.mend(english or said), shown, normalise.tidy(reply))
    return past


def _is_about_it(step: Step) -> bool:
    """Whether a step of a message with something pointed at is about that; a background is that of it."""
    return step.target == "this" or (step.target is None and step.op.startswith("background_"))


def read(
    text: str, past: Conversation, has_selection: bool = False, *, learned: bool = True
) -> tuple[list[Step], str, list[str]]:
    """The steps, why they ask (when they do), and the quotations the phrases refer to.

    With `learned` the learned reader is asked too, and its plan stands where it is likelier right.
    """
    said = wording(text)
    quotes, commanded = said.quotes, said.commanded
    if said.empty:
        if commanded:
            return [Step("other", None, "refuse: command")], "", quotes
        return [Step("clarify")], "target", quotes
    if said.foreign:
        return [Step("clarify")], "target", quotes
    if _NUMBER.fullmatch(said.text.strip()) and past.last_reply and not _CHOICE.search(past.last_reply):
        return [Step("clarify")], "unknown", quotes
    plain = secrecy.in_plain_words(finishing.in_plain_words(shorthand.in_plain_words(said.text)))
    protected = cutting_off.in_plain_words(from_pictures.in_one_clause(plain))
    if intents.is_refused(protected):
        return [Step("other", None, "refuse")], "", quotes
    if intents.is_elsewhere(protected):
        return [Step("other", None, "refuse: elsewhere")], "", quotes
    steps, why = _steps(protected, past, has_selection)
    if commanded and (not steps or steps[0].op == "clarify"):
        return [Step("other", None, "refuse: command")], "", quotes
    alone = commanded or not learned or _beyond_rows(protected, past)
    if not alone and (instead := second.better(said.text, past, steps)):
        steps, why = instead
    return steps, why, quotes


def _beyond_rows(text: str, past: Conversation) -> bool:
    """Whether a message is about what only the grammar knows: other pictures, variations, seamless textures, filling
    from a named place. None of the rows that the learned reader has seen is."""
    return bool(
        spoken_of(text)
        or variations.variations(text, past)
        or restyling.seamless(normalise.strip_tail(normalise.strip_preamble(text)))
        or filling.filled_from(text, past, False)
    )


def _steps(text: str, past: Conversation, has_selection: bool) -> tuple[list[Step], str]:
    short = interjections.bare_clause(text)
    if past.open_edit and references.is_pointing(short) and (steps := answering.answer(text, past)):
        return completed(steps, past, has_selection)
    if steps := variations.variations(text, past) or session.session(text, past) or session.session(short, past):
        return steps, ""
    if (
        past.focus
        and re.search(r"\bits (?=[a-z])", text)
        and not re.search(r"\b(?:the|a|an|his|her|my) \w+.*\bits\b", text)
    ):
        text = re.sub(r"\bits (?=[a-z])", f"the {past.focus}'s ", text, count=1)
    if steps := answering.answer(text, past):
        return completed(steps, past, has_selection)
    if steps := second_thoughts.second_thought(text, past, has_selection):
        return completed(steps, past, has_selection)
    if (small_talk := intents.chat(text)) and all(intents.chat(said) for said in normalise.sentences(text)):
        return [small_talk], ""
    if intents.is_unsupported(text):
        return [Step("other", None, "unsupported")], ""
    if past.last and (steps := followup.elliptical(text, past)):
        return completed(_pointed_at(steps, short) if has_selection else steps, past, has_selection)
    steps = (
        filling.filled_from(text, past, has_selection)
        or restyling.seamless(normalise.strip_tail(normalise.strip_preamble(text)))
        or clause_by_clause(text, past, has_selection)
    )
    if not steps and past.last:
        steps = followup.loose(text, past)
        steps = _pointed_at(steps, short) if has_selection else steps
    if not steps and has_selection:
        steps = _of_selection(short)
    if not steps:
        steps = _complaints(text)
    if not steps:
        steps = verbless.wanted_thing(text)
    if not steps:
        return [Step("clarify")], "unknown" if len(text) < 400 else "target"
    return completed(steps, past, has_selection)


def _pointed_at(steps: list[Step], short: str) -> list[Step]:
    """A follow-up said while pointing at something new: it is about that, and not about what was spoken of last."""
    if v.full(rf"{v.DEGREE}{v.TONE}", short) and (anew := _of_selection(short)):
        return anew
    return [replace(step, target="this") if step.target and step.target not in short else step for step in steps]


def _of_selection(short: str) -> list[Step]:
    """A bare value said about the thing just pointed at: "blue", "darker", "gone"."""
    if p.could_be_colour(short) and not v.full(rf"{v.DEGREE}{v.TONE}", short):
        return [Step("recolor", "this", p.colour_words(short))]
    return [step for step in frames.parse_clause(f"make this {short}") if step.op != "clarify"]


def _complaints(text: str) -> list[Step]:
    """Wishes implied by what is wrong ("the photo is blurry"), when nothing was asked outright."""
    found: list[Step] = []
    for sentence in normalise.sentences(text):
        for piece in clauses.clauses(sentence):
            for wish in complaints.wishes(normalise.strip_tail(normalise.strip_preamble(piece))):
                found += [step for step in frames.parse_clause(wish) if step.op != "clarify" and step not in found]
    return found


__all__ = ["plan", "references"]
