"""Requests about the session itself: undo, redo, compare."""

from __future__ import annotations

import re

from agent.offline.history import Conversation
from agent.offline.steps import Step

_NUMBERS = {
    "twice": "2",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "a couple": "2",
    "couple": "2",
    "both": "2",
    "thrice": "3",
}
_EDITS = (
    r"(?:(?:the |my |your |that |this )?(?:last|latest|previous|most recent)? ?(?:change|edit|"
    r"step|thing|one|action|modification|move|operation|adjustment|edits|changes|steps|bit|"
    r"version)s?)"
)
_LEAD = (
    r"(?:(?:oops|whoops|ugh|no|nope|nah|wait|hmm+|actually|ok|okay|sorry|hm|eh|meh|argh|damn|"
    r"please|pls|just|can you|could you|let's|i want to|now|and|then|so|well|oh|yikes|dammit|"
    r"my bad|hold on|uh|um|never ?mind|first|i'd like to|i think|maybe|you should|go)[\s,.!]+)*"
)
_TAIL = (
    r"(?:[\s,.!]+(?:please|pls|now|again|actually|after all|thanks|thank you|instead|for me|back|then|lol|"
    r"i changed my mind|that was (?:bad|wrong)|it was better|i liked it(?: better)?(?: before)?|"
    r"it looks (?:bad|worse|weird|awful|terrible|horrible)))*[\s,.!]*$"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^{_LEAD}(?:{pattern}){_TAIL}", re.I)


_ALL = _whole(
    r"(?:undo|revert|reverse|scrap|discard|cancel|remove|delete|forget|drop|reset|clear|"
    r"get rid of|trash|throw (?:away|out)|lose|wipe|ditch|take back) (?:all|everything|the lot|"
    r"it all)(?: of (?:it|them|that|this))?(?: (?:the |my |your |these |those )?(?:changes|edits|"
    r"modifications|steps|adjustments))?(?: (?:i|you|we)(?:'ve| have)? (?:did|done|"
    r"made))?(?: so far)?"
    r"|(?:undo|revert|discard|reset|cancel) (?:all )?(?:the |my |your )?(?:edits|changes|modifications)"
    r"|reset(?: (?:it|everything|all|the (?:image|photo|picture)|to (?:the )?(?:original|start|"
    r"beginning)|this))*|start (?:over|again|afresh|anew|from (?:scratch|the beginning|zero))|"
    r"(?:go |revert |back |return |roll ?back |bring |take |put |restore |give |get |reset |turn |"
    r"change )*(?:it |this |everything |me )*(?:back )?(?:to )?(?:the |its |my )?(?:original|"
    r"untouched|unedited|initial|first|very first)(?: (?:photo|image|picture|version|state|one|"
    r"file|back))*"
    r"|(?:go )?back to (?:the )?(?:start|beginning|square one|how it was (?:at the start|"
    r"originally|in the beginning)|where we started)|from scratch"
)
_COMPARE = _whole(
    r"(?:show|see|display|give|let)?(?: me| us)?(?: see)?(?: a| the)?(?: side[- ]by[- ]side|"
    r" before (?:and|/|&|vs\.?|or|then) ?(?:the )?after| before[-/ ]after| difference| diff|"
    r" comparison| split view)(?: .*)?"
    r"|compare(?: .*)?|side[- ]by[- ]side(?: .*)?|before(?: and |/| & | vs\.? |-)after(?: .*)?|"
    r"(?:(?:i )?(?:want|would like|wanna|need|like|'d like) to |can i |could i |may i |let me |"
    r"let's )?(?:show|see|view|look at|display|check|remember)(?: me| us)? (?:the |what |"
    r"how )?(?:it |this |the (?:image|photo|picture) |everything )?(?:original|before|old (?:one|"
    r"version|photo|image)|previous version|looked(?: like)?|used to look(?: like)?|was|"
    r"starting (?:photo|image)|initial)(?: (?:look like|image|photo|picture|version|one|again|"
    r"before|at the start|originally|like|in the beginning|first|compared .*|next to .*|shot|"
    r"for comparison|too|earlier|side by side|picture))*"
    r"|(?:what|how) (?:did|does|was) (?:it|the (?:image|photo|picture)|this|"
    r"the original) (?:look(?: like)?|like)(?: (?:before|originally|at the start|like|earlier|"
    r"in the beginning|at first|again|without .*))*"
    r"|(?:what(?:'s| is| has| did you)? ?(?:the difference|changed|change))|(?:toggle|"
    r"flip between|flick between|switch between)(?: .*)?(?:before|original|old|versions?|two)?.*|"
    r"(?:let me |can i )?(?:show|see|view|put|look at|display)(?: me| us)? (?:it|this|them|the (?:new|"
    r"edited) (?:one|version|photo)) "
    r"(?:next to|beside|against|vs\.?|and|with|alongside|together with) (?:the )?(?:original|before|old|first)\b.*|"
    r"how does (?:it|this) compare.*|(?:put|place|show|view|see) (?:it|them|both|the two|"
    r"both versions|old and new|the new and (?:the )?old).*(?:side by side|next to (?:each other|"
    r"the (?:original|old)).*|together)"
)
_REDO = _whole(
    rf"redo(?: (?:it|that|this|the|last|previous|one|edit|change|step|what (?:you|i) (?:undid|undo|"
    rf"took back)|{_EDITS}))*|re-do(?: it| that)?|re-?apply(?: (?:it|that|the .*|{_EDITS}))?|"
    r"(?:undo|revert|cancel) (?:the |that |my |your )?(?:last )?undo|un-?undo(?: it| that)?|"
    r"(?:ctrl|cmd)[ +-]?(?:y|shift[ +-]?z)|(?:go |step |move )?forward(?: (?:a|one) step| again)?|"
    r"(?:do|bring|put) (?:the |that )?(?:undone|reverted)(?: .*)?|(?:bring|put) (?:that|the) (?:edit|change) back"
)
_UNDO = _whole(
    rf"(?:undo|undo it|undo that|undo this|undone|revert|rever?se|rollback|roll back|go back|"
    rf"step back|back|take (?:that|it|this) back|cancel (?:that|it|this)|scratch that|strike that|"
    rf"forget (?:that|it)|scrap (?:that|it|this)|discard (?:that|it|this)|unro|"
    rf"(?:ctrl|cmd|command|control)[ +-]?z|^z$|put (?:it|that|them|him|her|"
    rf"everything) back(?: (?:in|there|where (?:it|they) (?:was|were)|how it was|the way it was|"
    rf"as it was|to how it was))?|bring (?:it|that|them|him|her) back|restore (?:it|that|them)|"
    rf"change it back|turn it back|switch it back|make it (?:like|how|as) (?:it was|"
    rf"before)(?: before)?|"
    rf"(?:go |revert |change |get |bring |put |take |roll |turn |switch )*(?:it |things |this |"
    rf"us )?(?:back )?(?:to )?(?:the |how it was |as it was |what it was |the way it was |"
    rf"like it was )?(?:previous|last|before|prior|earlier|one before|way it was|"
    rf"state before)(?: (?:version|state|one|step|image|photo|look|edit))?|"
    rf"(?:undo|revert|reverse|cancel|take back|roll back|scrap|discard) (?:it|that|this|"
    rf"{_EDITS})(?: (?:edit|change|you (?:did|made)|i (?:did|made)|please))?|one step back|"
    rf"(?:go )?back (?:one|a|1)(?: step)?|"
    rf"i (?:(?:don't|do not|didn't|did not|dont) (?:really )?like (?:it|that|this|the (?:new|"
    rf"result)\w*)(?: (?:at all|like this|that way|anymore))?|hate (?:it|that|this)|"
    rf"liked it (?:better |more )?(?:before|how it was|the way it was|as it was)|"
    rf"prefer(?:red)? (?:it |the )?(?:before|previous|how it was|way it was|old one|"
    rf"old version)(?: .*)?|changed my mind|want (?:it|him|her|them|that) back)|"
    rf"(?:it|that) (?:was|looked) (?:better|nicer) before|that(?:'s| is| looks)? (?:worse|awful|"
    rf"horrible|terrible|bad|ugly)|(?:that was )?(?:a )?mistake|that(?:'s| is|"
    rf"'s) not (?:what i (?:wanted|meant|asked(?: for)?)|right|it)|"
    rf"(?:the )?(?:previous|old|last|original|former|first|earlier|prior|second) (?:version|one|colou?r|look|"
    rf"background|style|"
    rf"size|position|sky|hair|photo|image) (?:was|looked) (?:better|nicer|best|prettier|fine))"
)
_COUNT = re.compile(
    rf"^{_LEAD}(?:undo|go back|revert|roll ?back|step back|take back|back|back up)(?: by)? (?:the |"
    rf"my |your |these |those )?(?:last |previous |past )?(?P<n>\d+|two|three|four|five|twice|"
    rf"a couple|couple|both|thrice)(?: of)?(?: (?:the |last )?(?:steps?|edits?|changes?|times|"
    rf"things|actions|versions?|of them|ones))?{_TAIL}",
    re.I,
)
_STEPS = re.compile(
    rf"^{_LEAD}(?:undo|revert|remove|get rid of|discard|scrap|drop|cancel|delete|lose|"
    rf"take back) (?:the )?(?:steps?|edits?|changes?|numbers?) "
    rf"(?P<which>#?\d+(?:(?:,| and|, and| &|-| to) #?\d+)*|one|two|three|four|five){_TAIL}",
    re.I,
)
_BEFORE = re.compile(
    rf"^{_LEAD}(?:go |revert |roll |take |bring |put |return |restore |undo |get |jump |"
    rf"rewind )*(?:it |everything |me |us |things )?(?:back |all |the way )*(?:to |until |"
    rf"till )?(?:how it was |the way it was |the version |the state |what it was |the point |"
    rf"where it was |as it was |when it was |right |just |like it was )*(?P<value>(?:before|"
    rf"prior to) (?P<what>.+?)){_TAIL}",
    re.I,
)
_AFTER = re.compile(
    rf"^{_LEAD}(?:undo|revert|remove|discard|scrap|drop|cancel|lose) (?P<value>(?:everything|all|"
    rf"anything|all (?:the )?(?:edits|changes|steps)|the (?:edits|changes|steps)) (?:(?:that |you |"
    rf"i |we )?(?:did |made |came )?)?(?:after|since|following) (?P<what>.+?)){_TAIL}"
    rf"|^{_LEAD}(?:go |revert |return |roll )*back to (?P<to>(?:right |just )?(?:after|when (?:i|"
    rf"you|we) (?:had )?(?:just )?) ?.+?){_TAIL}",
    re.I,
)
_NAMED = re.compile(
    rf"^{_LEAD}(?:undo|revert|reverse|cancel|roll back|take back|un-?do) (?:only |just )?(?:the |"
    rf"that |my |your )?(?P<what>(?!last\b|previous\b|selection|it\b).+?)(?: (?:change|edit|step|"
    rf"thing|one|effect|adjustment|part|bit))?(?:(?:,| but|, but| and|, and) (?:keep|leave) .+)?{_TAIL}",
    re.I,
)
_BRING_BACK = re.compile(
    rf"^{_LEAD}(?:(?:bring|put|get|give me|add|i want|i need|i'd like|can i have|can we have|"
    rf"let me have|i would like|take|place) (?P<what>(?:the |my |his |her |that |this |those |"
    rf"these )?[\w' -]+?) back(?: (?:in|there|where .*|please))?|restore (?P<what2>the [\w' -]+?)|"
    rf"un-?(?P<verb>remove|delete|erase|blur|crop|rotate|flip) ?(?P<what3>.*?)){_TAIL}",
    re.I,
)
_TAKE_OUT_AGAIN = re.compile(
    rf"^{_LEAD}(?:take|remove|get rid of|delete|erase|lose|drop)(?: out)? (?P<what>it|that|them|"
    rf"(?:the |that |those )?[\w' -]+?)(?: (?:out|off|away))? again{_TAIL}",
    re.I,
)
_REACTION = re.compile(
    r"^(?:wait|hmm|no|oh|actually|ugh|oops)?[\s,]*(?:the |that |it )?[\w' ]{0,30}(?:was|were|"
    r"looked) (?:nice|better|fine|good|nicer|ok|okay|cute)[\s,.!]+",
    re.I,
)


_REASON = re.compile(
    r",\s*(?:it|he|she|they|that|this|i|we)(?:'s)? (?:really |just |actually |much )?(?:looked|looks|was|were|"
    r"is|liked?|"
    r"preferred|prefer|don't|didn't|did)\b[^,.]*$",
    re.I,
)


def session(text: str, past: Conversation) -> list[Step]:
    """The steps of a request about the session; empty when it is none."""
    text = _REASON.sub("", _REACTION.sub("", text.strip())).strip()
    if not text or len(text) > 160:
        return []
    if match := _COUNT.match(text):
        count = match["n"].lower()
        return [Step("undo", None, _NUMBERS.get(count, count))]
    if match := _STEPS.match(text):
        return [_undone_steps(match["which"], past)]
    if _REDO.match(text):
        return [Step("redo")]
    if _ALL.match(text):
        return [Step("undo", None, "all")]
    if _COMPARE.match(text):
        return [Step("compare")]
    if _UNDO.match(text):
        if past.just_undone and re.search(
            r"\b(?:put|bring) (?:it|that|them|him|her) back\b|\brestore (?:it|that)\b", text, re.I
        ):
            return [Step("redo")]
        return [Step("undo")]
    if (match := _BEFORE.match(text)) and re.match(
        rf"{_LEAD}(?:go|revert|roll|take|bring|put|return|restore|undo|get|jump|rewind|back|how|before|to)\b",
        text,
        re.I,
    ):
        if re.fullmatch(r"(?:that|this|it|the last (?:one|edit|change))", match["what"], re.I):
            return [Step("undo")]
        return [Step("undo", None, match["value"])]
    if match := re.match(
        rf"{_LEAD}(?:go |revert |return |switch |jump )*(?:back )?to (?P<to>(?:the )?(?:version|one|"
        rf"state|point|step) (?:with|where|when|that had|that has|in which) .+?){_TAIL}",
        text,
        re.I,
    ):
        return [Step("undo", None, f"back to {match['to']}")]
    if match := re.match(
        rf"{_LEAD}(?:go |revert |return |switch |jump |roll )+(?:it )?back to (?:the )?(?P<to>[\w' "
        rf"-]+? (?:one|version|look|photo|picture|state|edit)){_TAIL}",
        text,
        re.I,
    ):
        return [Step("undo", None, f"back to {match['to']}")]
    if match := _AFTER.match(text):
        return [Step("undo", None, match["value"] or f"back to {match['to']}")]
    if match := _TAKE_OUT_AGAIN.match(text):
        added = past.last and past.last.op in ("insert", "style", "adjust", "blur", "outpaint", "recolor", "replace")
        if added and re.fullmatch(r"it|that|them", match["what"], re.I):
            return [Step("undo")]
        said = set(re.findall(r"\w+", match["what"].lower())) - {"the", "that", "those"}
        for age, edit in enumerate(reversed(past.edits)):
            if said & set(
                re.findall(
                    r"\w+",
                    " ".join(
                        f"{step.value} {step.op}"
                        for step in edit.steps
                        if step.op in ("insert", "style", "outpaint", "adjust", "replace")
                    ).lower(),
                )
            ):
                return [Step("undo", None, None if age == 0 else match["what"].removeprefix("the "))]
    if match := _BRING_BACK.match(text):
        what = (match["what"] or match["what2"] or match["what3"] or "").strip()
        if past.just_undone and match["what"]:
            return [Step("redo")]
        gone = {
            word
            for edit in past.edits
            for step in edit.steps
            if step.op in ("remove", "remove_text", "background_remove", "replace")
            for word in re.findall(r"\w+", f"{step.target} {step.op.replace('_', ' ')}".lower())
        }
        named = [word for word in re.findall(r"\w+", what.lower()) if word in gone and word not in ("the", "none")]
        if match["what2"] and not named:
            return []
        if not past.edits and not match["verb"]:
            return [Step("undo")] if re.match(r"(?:it|that|him|her|them)$", what) else []
        last = past.last
        latest = (
            bool(last and any(word in str(last.target).lower() for word in named))
            or not what
            or re.match(r"(?:it|that|him|her|them)$", what)
        )
        if named or latest or match["verb"]:
            return [Step("undo", None, None if latest else re.sub(r"^(?:the|my|his|her|that|this) ", "", what))]
        return []
    if match := _NAMED.match(text):
        what = match["what"]
        if re.search(r"\band (?:then )?\w+ ", what) and not re.search(r"\bkeep\b", what):
            return []
        last = past.last
        words = set(re.findall(r"\w+", what.lower())) - {"the", "on", "of"}
        if (
            last
            and len(past.edits) >= 1
            and words & set(re.findall(r"\w+", f"{last.op} {last.target} {last.value}".lower()))
            and len(past.edits) == 1
        ):
            return [Step("undo", None, what if len(words) < 5 else None)]
        return [Step("undo", None, what)]
    return []


def _undone_steps(which: str, past: Conversation) -> Step:
    """The undoing of numbered steps: a count where they are the last ones, their numbers otherwise."""
    numbers = sorted({int(number) for number in re.findall(r"\d+", which)})
    if numbers and numbers == list(range(numbers[0], numbers[-1] + 1)) and numbers[-1] == len(past.edits):
        return Step("undo", None, str(len(numbers)) if len(numbers) > 1 else None)
    return Step("undo", None, f"steps {which}" if len(numbers) > 1 else f"step {which}")
