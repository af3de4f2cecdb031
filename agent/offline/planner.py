"""From a request in plain words to a plan: normalise, split, read each clause, complete it from the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as changed

from agent.offline import (
    clauses,
    complaints,
    erasing,
    followup,
    frames,
    imperative,
    intents,
    languages,
    lexicon,
    normalise,
    picture,
    references,
    replies,
    session,
    shorthand,
    spelling,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.history import Conversation, Edit
from agent.offline.steps import Plan, Step, Turn

_REMEMBERED = 24  # earlier messages read again; what is older no longer bears on a follow-up
_TELLING = 400  # so many characters are enough to tell the language
_NEEDS_TARGET = frozenset("remove recolor replace move resize_object segment redact_text".split())
_NEVER_OF_A_THING = frozenset("crop outpaint style background_remove background_replace".split())
# Romanised Hindi is taken for such only when one of its little words is there; its nouns look like English.
_HINDI = re.compile(
    r"\b(?:karo|kar|kardo|karna|do|dijiye|ko|ki|ka|ke|hai|hain|mein|me|wala|wale|wali|se|hata|"
    r"hatao|hatado|thoda|thodi|aur|pe|par|banao|bana|lagao|"
    r"laga|ye|yeh|is|us|nahi|kuch|mera|meri|isko|usko|peeche|badlo|badal|yaar|bhai|nikal|nikalo|"
    r"chahiye|bhi|sirf|dal|daal)\b",
    re.I,
)
_PURPOSE = re.compile(
    r"(?:just |only |mainly |this is |it's |it is |it'll be |we need (?:it|this) |i need (?:it|this) |mostly )*for "
    r"(?:fun|laughs|a laugh|the lulz|kicks|print(?:ing)?|work|school|church|christmas|(?:an?|my|"
    r"our|his|her|their) (?!(?:shirt|hat|hair|dress)\b)"
    r"[\w' -]+|instagram|facebook|linkedin|tinder|ebay|etsy|amazon|shopify|social media|the web(?:site| ?shop)?)$",
    re.I,
)
_PERSON = frozenset("him her he she them they".split())


def plan(text: str, context: Sequence[Turn] = (), *, has_selection: bool = False) -> Plan:
    """The edits a request asks for, in the order said, completed from the conversation before it.

    `context` is the conversation, oldest turn first. With `has_selection` the person has just pointed at
    something: "this", "it" and a bare "blue" mean that, and the target is then "this". Never raises; what it
    cannot read becomes a `clarify` step whose question is in `reply`.
    """
    past = _conversation(context)
    steps, why, quotes = _read(text, past, has_selection)
    told = tuple(Step(step.op, _shown(step.target, quotes), _shown(step.value, quotes)) for step in steps)
    return Plan(told, replies.reply_for(list(told), why))


def _shown(phrase: str | None, quotes: list[str]) -> str | None:
    if phrase is None:
        return None
    phrase = phrase.replace("drop-shadow", "drop shadow")
    phrase = re.sub(r"\b(black)-and-white\b", r"\1 and white", phrase, flags=re.I)
    phrase = re.sub(r"^(?:b ?(?:&|n|/|and) ?w)$", "black and white", phrase, flags=re.I)
    return re.sub(r"\s+", " ", normalise.unprotect(phrase, quotes)).strip(" ,;") or None


def _conversation(context: Sequence[Turn]) -> Conversation:
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
        steps, _, quotes = _read(turn.text, past, False)
        shown = [Step(step.op, _shown(step.target, quotes), _shown(step.value, quotes)) for step in steps]
        english = languages.to_english(said[:2000], languages.detect(said[:_TELLING]))
        past.add(spelling.mend(english or said), shown, normalise.tidy(reply))
    return past


def _read(text: str, past: Conversation, has_selection: bool) -> tuple[list[Step], str, list[str]]:
    """The steps, why they ask (when they do), and the quotations the phrases refer to."""
    text = normalise.tidy(text)
    text, commanded = intents.without_commands(text)
    protected, quotes = normalise.protect(text)
    if not re.search(r"\w", protected):
        if commanded:
            return [Step("other", None, "refuse: command")], "", quotes
        return [Step("clarify")], "target", quotes
    lang = languages.detect(protected[:_TELLING])
    if lang == "hi-Latn" and not _HINDI.search(protected):
        lang = "en"
    if lang != "en" and (english := languages.to_english(protected[:2000], lang)):
        protected = english
    if lang == "en" and intents.is_foreign(protected):
        return [Step("clarify")], "target", quotes
    protected = re.sub(r"\bblack (?:and|&|n) white\b", "black-and-white", spelling.mend(protected), flags=re.I)
    protected = shorthand.in_plain_words(protected)
    if intents.is_refused(protected):
        return [Step("other", None, "refuse")], "", quotes
    if intents.is_elsewhere(protected):
        return [Step("other", None, "refuse: elsewhere")], "", quotes
    steps, why = _steps(protected, past, has_selection)
    if commanded and (not steps or steps[0].op == "clarify"):
        return [Step("other", None, "refuse: command")], "", quotes
    return steps, why, quotes


def _steps(text: str, past: Conversation, has_selection: bool) -> tuple[list[Step], str]:
    short = followup.bare_clause(text)
    if past.open_edit and references.is_pointing(short) and (steps := followup.answer(text, past)):
        return _completed(steps, past, has_selection)
    if steps := session.session(text, past) or session.session(short, past):
        return steps, ""
    if (
        past.focus
        and re.search(r"\bits (?=[a-z])", text)
        and not re.search(r"\b(?:the|a|an|his|her|my) \w+.*\bits\b", text)
    ):
        text = re.sub(r"\bits (?=[a-z])", f"the {past.focus}'s ", text, count=1)
    if steps := followup.answer(text, past):
        return _completed(steps, past, has_selection)
    if (small_talk := intents.chat(text)) and all(intents.chat(said) for said in normalise.sentences(text)):
        return [small_talk], ""
    if intents.is_unsupported(text):
        return [Step("other", None, "unsupported")], ""
    if past.last and (steps := followup.elliptical(text, past)):
        return _completed(steps, past, has_selection)
    steps = _clause_by_clause(text, past, has_selection)
    if not steps and past.last:
        steps = followup.loose(text, past)
    if not steps and has_selection:
        steps = _of_selection(short)
    if not steps:
        steps = _complaints(text)
    if not steps:
        steps = frames.wanted_thing(text)
    if not steps:
        return [Step("clarify")], "unknown" if len(text) < 400 else "target"
    return _completed(steps, past, has_selection)


def _clause_by_clause(text: str, past: Conversation, has_selection: bool) -> list[Step]:
    """Reads sentence by sentence, clause by clause; what an earlier clause named is what a later "it" means."""
    steps: list[Step] = []
    now = past.copy()
    topic: str | None = None
    held_verb: str | None = None
    complained: list[str] = []
    for sentence in normalise.sentences(text):
        if intents.chat(sentence):
            if there := re.match(r"(?:why|how come) (?:is|are) there (?P<np>.+)$", sentence.strip(" ?"), re.I):
                topic = p.noun_phrase(there["np"])
            continue
        pieces = [part for piece in clauses.clauses(sentence) for part in _unfolded(piece)]
        for piece in pieces:
            found = _clause(piece, now, bool(steps), held_verb, has_selection)
            if found is None:
                held_verb = frames.strip_tail(frames.strip_preamble(piece))
                continue
            held_verb = None
            if not found:
                bare = frames.strip_tail(frames.strip_preamble(piece))
                wrong = complaints.wishes(bare)
                complained += wrong
                topic = (complaints.subject(bare) if wrong else None) or _topic(piece) or topic
                steps = _placed(steps, piece)
                continue
            if complained and len(found) == 1 and _is_bare_remedy(found[0]):
                found = [step for wish in complained for step in frames.parse_clause(wish)] or found
                complained = []
            found = [_about(step, topic, steps) for step in found]
            steps = _joined(steps, found, piece)
            if any(step.op not in ("clarify", "other", "undo", "redo", "compare") for step in found):
                now.edits.append(Edit(piece, [step for step in steps if step.op not in ("clarify", "other")] or steps))
    wishes = [step for step in steps if step.op != "clarify"]
    return wishes or steps[:1]


def _clause(
    piece: str, now: Conversation, later: bool, held_verb: str | None, has_selection: bool
) -> list[Step] | None:
    """The steps of one clause; None when it is a verb that waits for the next clause's object."""
    if re.match(
        r"(?:please |but |and )*(?:do not|don't|dont|never|no need to|without|avoid|"
        r"not to) (?:\w+ )*?(?:change|changing|touch|touching|remove|removing|alter|altering|edit|"
        r"modify|affect|crop|mess|delete|move|blur|recolor|replace|make|add|lose|cut|ruin|use|forget|"
        r"include)\b",
        piece,
        re.I,
    ) and not re.match(r"(?:please )?(?:don't|do not) forget", piece, re.I):
        return []
    if re.match(
        r"(?:but |and |please |just )*(?:keep|leave|preserve|maintain|retain|ensure)\b(?! (?:only|just)\b)", piece, re.I
    ) and not p.colour_suffix(piece):
        return []
    if not intents.chat(piece) and (steps := session.session(piece, now)):
        return steps
    if intents.is_unsupported(piece):
        return [Step("other", None, "unsupported")]
    if _PURPOSE.match(piece):
        return []
    if now.last and not later and (steps := followup.elliptical(piece, now)):
        return steps
    if (
        later
        and now.last
        and (
            match := re.match(
                r"(?:do|try|take|pick|choose) (?P<what>(?:the|his|her|my|their|its) [\w' -]+?)(?: (?:instead|"
                r"rather|too))?$",
                piece,
                re.I,
            )
        )
    ):
        return followup.transfer(now.last, match["what"], now)
    bare = frames.strip_tail(frames.strip_preamble(piece))
    if complaints.wishes(bare):
        return []
    opening = lexicon.opening_verb(bare)
    if (
        opening
        and not opening[1]
        and opening[2][0]
        in ("erase", "segment", "blur", "colour", "replace", "move", "resize", "cutout", "redact", "change")
    ):
        return None
    steps = frames.parse_clause(piece)
    if not steps and later:
        steps = frames.wanted_thing(piece)
    if held_verb and opening:
        shared = frames.parse_clause(f"{held_verb} {opening[1]}")
        return [step for step in shared if step.op != "clarify"] + steps
    if (
        not steps
        and later
        and now.last
        and now.last.op in ("remove", "blur", "recolor", "redact_text", "segment", "remove_text")
        and references.is_reference(piece)
    ):
        return followup.transfer(now.last, piece, now)
    if (not steps or steps[0].op == "clarify") and now.last and (later or len(piece) < 60):
        again = followup.elliptical(piece, now)
        if again and not (later and now.last and again == [now.last]):
            return again
        if later and again:
            return []
    if not steps:
        parts = [
            part
            for part in re.split(r"\s*,\s*(?:and |but )?|\s+(?:and|but|&|\+)\s+|\s+(?=no [a-z]+(?: [a-z]+)?$)", piece)
            if part
        ]
        if len(parts) > 1:
            read = [
                frames.parse_clause(part) or (followup.elliptical(part, now) if now.last and not later else [])
                for part in parts
            ]
            steps = [step for part in read for step in part if step.op != "clarify"]
            if steps and len([part for part in read if part]) < len(parts) and not read[0] and len(read) > 2:
                return steps
    return steps


def _topic(piece: str) -> str | None:
    """The thing a clause without a wish is about: "lint on the black sweater", "the ring looks dull"."""
    piece = frames.strip_tail(frames.strip_preamble(piece))
    if match := re.match(
        r".*\b(?:left|forgot|got|except(?: for)?|but|see|notice|have) (?:the colou?r of )?(?P<np>(?:a|"
        r"an|the|some|his|her|my|their|this|that) [\w' -]+?)(?: (?:in|on) (?:the |my |this )?(?:frame|"
        r"shot|picture|photo|background|image|corner).*)?$",
        piece,
        re.I,
    ):
        return p.noun_phrase(match["np"])
    if (lexicon.opening_verb(piece) and re.match(r"(?:keep|leave|don't|do)\b", piece)) or re.match(
        r"(?:rather|instead|keep|not)\b", piece, re.I
    ):
        return None
    if re.fullmatch(r"[\w' ]{0,12}", piece) and not p.is_plural(piece) and " " not in piece.strip():
        return None
    match = re.match(
        r"(?:there(?:'s| is| are) )?(?:(?:a|an|the|some|this|that|my|his|her|these|"
        r"those) )?(?P<np>[\w' -]{2,60}?)(?: (?:looks?|is|are|seems?|was|has|needs?)\b.*)?$",
        piece,
        re.I,
    )
    if match is None or re.match(
        r"(?:i|we|you|he|she|it|they|my wife|thank|thanks|this is|hoping|having|please|if)\b", piece, re.I
    ):
        return None
    return p.noun_phrase(match["np"])


def _is_bare_remedy(step: Step) -> bool:
    """Whether a step only says that something be put right ("fix it", "extend"), not what or how."""
    if step.op == "outpaint":
        return step.value is None
    named = step.target is not None and not v.full(
        rf"{v.PRONOUN}|both|all(?: of (?:it|them|this|that))?|everything|each", step.target
    )
    return (
        not named
        and step.op == "restore"
        and re.fullmatch(r"(?:fix|correct|repair|improve|clean)(?: up)?", step.value or "") is not None
    )


def _placed(steps: list[Step], piece: str) -> list[Step]:
    """Adds "he's by the tree" to the person an earlier step is about."""
    match = re.match(
        r"(?:he|she|it|they)(?:'s| is|'re| are) (?:the one |standing |sitting |right |just |"
        r"the person |the guy |the girl )*(?P<where>(?:by|in|on|at|near|next to|behind|under|wearing|"
        r"holding|with|to the)\b.+)$",
        piece,
        re.I,
    )
    if (
        match is None
        or not steps
        or not steps[-1].target
        or steps[-1].op not in ("remove", "blur", "segment", "replace")
    ):
        return steps
    return [*steps[:-1], changed(steps[-1], target=f"{steps[-1].target} {p.bare(match['where'])}")]


def _about(step: Step, topic: str | None, earlier: list[Step]) -> Step:
    """A step whose "it" means something this very message has named."""
    if step.target is None and step.op == "restore" and topic and not earlier and (flaw := erasing.flaw(topic)):
        return flaw
    if step.target and earlier and earlier[-1].target and re.match(r"(?:other )?ones?\b|other$", step.target, re.I):
        return changed(step, target=references.resolve(f"the {step.target}", earlier[-1].target, Conversation()))
    if step.target is None or not v.is_pronoun(step.target):
        return step
    named = Conversation(edits=[Edit("", earlier)]).focus if earlier else None
    if topic and not named:
        if step.op == "restore":
            if flaw := erasing.flaw(topic):
                return flaw
            where = re.match(r"(?P<what>.+?) (?:on|in|from) (?:the |my |his |her )?(?P<where>.+)$", topic)
            if where:
                return Step("restore", where["where"], f"remove {where['what']}")
        return changed(step, target=topic) if step.op not in _NEVER_OF_A_THING else changed(step, target=None)
    if named and step.op not in _NEVER_OF_A_THING:
        if step.op == "rotate" and earlier[-1].op not in ("insert", "replace", "move"):
            return changed(step, target=None)
        if step.op in ("adjust", "restore") and earlier[-1].op not in (
            "insert",
            "replace",
            "recolor",
            "resize_object",
            "move",
        ):
            return changed(step, target=None)
        if step.target.lower() in _PERSON and step.op not in ("recolor", "resize_object", "move", "remove"):
            return step
        return changed(step, target=named)
    return step


def _unfolded(piece: str) -> list[str]:
    """A clause, or the several it folds together: passives joined by "and", short wishes behind commas."""
    bare = frames.strip_tail(frames.strip_preamble(piece))
    if lexicon.opening_verb(bare) is None:
        if complaints.wishes(bare):
            return [piece]
        if several := _each_a_wish(bare):
            return several
        for reading in imperative.imperatives(bare)[:1]:
            parts = clauses.clauses(reading)
            if len(parts) > 1:
                return parts
        return [piece]
    parts = re.split(r"\s*,\s*(?:and |but )?", piece)
    if len(parts) > 1 and all(
        part
        and (frames.verbless(part) or intents.chat(part))
        and not p.is_plain_colour(part)
        and not p.colour_list(part)
        for part in parts[1:]
    ):
        return [part for part in parts if not intents.chat(part)]
    return [piece]


_LIST_JOINT = re.compile(r"\s*[,;+&/]\s*(?:and |but |plus |then )?|\s+(?:and|but|plus|then)\s+", re.I)


def _each_a_wish(bare: str) -> list[str]:
    """The parts of a verbless list whose every part is a wish ("more contrast, less noise and a tighter crop")."""
    parts = [part for part in _LIST_JOINT.split(bare) if part]
    if not 2 <= len(parts) <= 8 or any(p.is_plain_colour(part) or part.isdigit() for part in parts):
        return []
    parts = [_coloured(part) or part for part in parts]
    read = [frames.parse_clause(part) or frames.wanted_thing(part) for part in parts]
    if all(steps and (steps[0].op not in ("clarify", "other") or steps[0].target) for steps in read) and any(
        steps[0].op not in ("clarify", "other") for steps in read
    ):
        return parts
    return []


def _coloured(part: str) -> str | None:
    """A part of a list like "blue door" as what it wishes."""
    match = re.match(r"(?:the |a )?(?P<colour>[\w-]+(?: [\w-]+)?) (?P<np>[\w'-]+)$", part)
    if match is None or not p.is_plain_colour(match["colour"]) or p.is_plain_colour(match["np"]):
        return None
    return None if v.is_background(match["np"]) else f"make the {match['np']} {match['colour']}"


def _joined(steps: list[Step], found: list[Step], piece: str = "") -> list[Step]:
    """Steps and those of the next clause, where the next clause finishes what the last began."""
    steps = list(steps)
    for step in found:
        last = steps[-1] if steps else None
        if last and step == last and step.op not in ("undo", "redo"):
            continue
        if last and step.op == "background_replace" and (last.op == "background_remove" or last.op == "segment"):
            steps[-1] = step
        elif last and step.op == "background_remove" and last.op in ("background_remove", "segment"):
            steps[-1] = Step("background_remove")
        elif (
            last
            and last.op == "remove"
            and step.op.startswith("background_")
            and re.match(
                r"(?:place|put|drop|set|paste|stick|move|lay)(?: (?:it|him|her|them|that))?(?: back)? (?:on|"
                r"onto|in|into|over|against)\b",
                piece,
                re.I,
            )
        ):
            steps[-1] = step
        elif (
            last
            and last.op == "background_remove"
            and step.op == "insert"
            and (one := re.match(r"(?P<kind>.+) (?:one|background)$", step.value or ""))
        ):
            steps[-1] = Step("background_replace", None, one["kind"])
        elif (
            last
            and last.op == "crop"
            and step.op in ("outpaint", "move")
            and ((step.op == "move" and step.value == "center") or re.search(r"\baround\b", step.value or ""))
        ):
            thing = step.target if step.op == "move" else p.noun_phrase(re.sub(r"^.*?\baround ", "", step.value or ""))
            steps[-1] = Step("crop", thing or last.target, last.value)
        elif last and last.op == "remove" and step.op == "replace" and step.target == last.target:
            steps[-1] = step
        elif (
            last
            and last.op == "background_remove"
            and step.op in ("recolor", "replace")
            and step.target in ("background", "it", None)
            and step.value
        ):
            steps[-1] = Step("background_replace", None, step.value)
        elif last and last.op == "background_replace" and step.op == "background_replace" and last.value is None:
            steps[-1] = step
        else:
            steps.append(step)
    return steps


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
            for wish in complaints.wishes(frames.strip_tail(frames.strip_preamble(piece))):
                found += [step for step in frames.parse_clause(wish) if step.op != "clarify" and step not in found]
    return found


def _completed(steps: list[Step], past: Conversation, has_selection: bool) -> tuple[list[Step], str]:
    """The steps with their pronouns resolved; a question instead where the picture or the target is in doubt."""
    done: list[Step] = []
    why = ""
    told = picture.description(past)
    for step in steps:
        step = _resolved(step, past, has_selection)
        if step.op == "clarify" and has_selection and not step.target:
            step = Step("clarify", "this")
        if step.op in _NEEDS_TARGET and step.target is None:
            step = (
                Step("remove", "this")
                if has_selection and step.op == "remove"
                else changed(step, target="this")
                if has_selection
                else Step("clarify")
            )
            why = "target"
        elif (
            step.op == "insert"
            and step.value
            and past.last
            and past.last.op == "insert"
            and (
                count := re.fullmatch(
                    r"(?P<n>(?:another|one|two|three|four|five|some|a few|a couple|\d+)(?: more)?|more)(?: ones?)?",
                    step.value,
                    re.I,
                )
            )
        ):
            step = changed(
                step, target=step.target or past.last.target, value=f"{count['n']} {past.focus or ''}".strip()
            )
        elif (
            step.op == "recolor"
            and past.last
            and past.last.op == "recolor"
            and re.fullmatch(
                r"(?:the )?same(?: colou?r| one)?|that colou?r|the same as (?:that|before)", step.value or "", re.I
            )
        ):
            step = changed(step, value=past.last.value)
        elif (
            step.op == "insert"
            and step.value
            and re.fullmatch(
                r"(?:something|anything|stuff|things?|some things?|it|that|this|them|one)(?: (?:cool|nice|fun|"
                r"else|interesting|new))?",
                step.value,
                re.I,
            )
        ) or (
            step.target
            and re.fullmatch(
                r"(?:something|stuff|things?|anything|part|parts|some|some things?|one|thing in the image)",
                step.target,
                re.I,
            )
            and step.op in ("remove", "replace", "recolor", "blur", "segment", "move")
        ):
            step, why = Step("clarify"), "target"
        elif (
            told
            and step.target
            and step.op not in ("insert", "clarify", "undo", "other", "crop", "outpaint")
            and not past.edits
        ) and (problem := picture.doubt(step.target, told)):
            step, why = Step("clarify", step.target), problem
        done.append(step)
    if all(step.op == "clarify" for step in done):
        return done[:1], why
    return [step for step in done if step.op != "clarify"], why


def _resolved(step: Step, past: Conversation, has_selection: bool) -> Step:
    target = step.target
    if (
        target is not None
        and re.fullmatch(
            r"(?:the )?(?:selected|highlighted|marked|circled|chosen) (?:area|region|part|object|thing|"
            r"one)|selection|this (?:one|thing|object|area|part|bit|region|spot)|this",
            target,
            re.I,
        )
        and has_selection
    ):
        return changed(step, target="this")
    if (
        target is None
        and has_selection
        and step.op
        in (
            "recolor",
            "remove",
            "blur",
            "resize_object",
            "segment",
            "move",
            "replace",
            "redact_text",
            "adjust",
            "restore",
        )
    ):
        return changed(step, target="this")
    if target is None or not v.is_pronoun(target):
        return step
    if has_selection:
        return changed(step, target="this" if step.op not in _NEVER_OF_A_THING else None)
    focus = past.focus
    if step.op in _NEVER_OF_A_THING:
        return changed(step, target=None)
    if step.op == "rotate":
        return changed(step, target=focus if past.last and past.last.op in ("insert", "replace", "move") else None)
    if step.op == "other":
        return changed(step, target=focus or target)
    if past.last and past.last.op == "background_replace" and step.op in ("adjust", "restore", "blur"):
        return changed(step, target="background")
    if step.op in ("adjust", "restore", "blur"):
        thing = (
            focus
            if (
                past.last
                and past.last.op
                not in ("remove", "remove_text", "background_remove", "style", "crop", "rotate", "outpaint")
                and past.edits
                and past.last.target is not None
            )
            or (past.last and past.last.op in ("insert", "replace"))
            else None
        )
        return changed(step, target=thing)
    if (
        step.op == "recolor"
        and past.last
        and past.last.op in ("background_remove", "background_replace")
        and step.value
    ):
        return Step("background_replace", None, step.value)
    if focus is None:
        return step if target.lower() in _PERSON else changed(step, target=None)
    if target.lower() in _PERSON and step.op == "insert":
        return step
    if step.op == "recolor" and past.last and past.last.op == "background_replace" and focus == "background":
        return Step("background_replace", None, step.value)
    return changed(step, target=focus)


__all__ = ["plan", "references"]
