"""Wishes told as suppositions ("what if the cat wore a hat", "I wish the sky was bluer") put as plain imperatives."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.lexicon import from_gerund, from_past, opening_verb
from agent.offline.normalise import strip_preamble
from agent.offline.steps import Step

_NICE = "nice|nicer|great|good|cool|better|best|awesome|amazing|lovely|wonderful|perfect|fun|funny|neat|ideal|helpful"
_LEADS = (
    r"(?:what|how)(?: about)? if",
    r"(?:what|how) (?:would|will|might|could) (?:it|this|that|things)? ?(?:happen|look(?: like)?|be(?: like)?) if",
    r"(?:imagine|suppose|picture|pretend|let's (?:say|pretend|imagine))(?: if| that)?(?= (?:the|"
    r"his|her|my|there|it|this)\b)",
    rf"(?:i think )?(?:(?:it|that|this)(?:'d| would| might)|would) (?:be|look) (?:so |really |even |much |pretty )?"
    rf"(?:{_NICE}) if",
    r"(?:i|we)(?:'d| would)? (?:really |just |so )?(?:love|like|prefer|appreciate|be happy)(?: it)? if",
    r"(?:i|we) (?:really |just |so )?(?:wish|hope)(?: that)?",
    r"if only",
    r"(?:make|have|get|set|edit|fix|change|arrange) (?:it|this|things|the (?:photo|image|picture|"
    r"scene)) (?:so|such)(?: that)?",
    r"(?:make|have|edit) (?:it|this|the (?:photo|image|picture|scene)) (?:look )?(?:as if|as though|like)"
    r"(?= (?:the|he|she|they|there|his|her|my|our)\b.* (?:is|are|was|were|has|have|had)\b)",
    r"it (?:should|needs to|has to|must) (?:look|be) (?:as if|as though|like)(?= (?:the|he|she|"
    r"they|there|his|her|my)\b)",
)
_LEAD = re.compile(rf"^(?:{'|'.join(_LEADS)}) (?P<body>.+)$", re.I)
_MODAL = r"(?:(?:could|would|can|should|might|may) )?"
_DONE_BY_US = re.compile(
    rf"^(?:we|you|u|i|one|they|someone|somebody) {_MODAL}(?:just |also |simply |maybe |all )*(?P<rest>.+)$", re.I
)
_THERE = re.compile(rf"^there {_MODAL}(?:was|were|is|are|be|had been) (?P<np>.+)$", re.I)
_ABSENT = re.compile(
    rf"^(?P<np>.+?) {_MODAL}(?:(?:was|were|is|are)(?:n't| not|nt) (?:there|here|in (?:it|the .+|"
    rf"this .+|my .+)|visible|around)"
    r"(?: anymore| at all)?|(?:didn't|doesn't|did not|does not|never) exist(?:ed)?|(?:was|were|is|"
    r"are|be) (?:gone|removed)|"
    r"disappear(?:ed)?|vanish(?:ed)?|went away)$",
    re.I,
)
_NEGATED = re.compile(
    rf"^(?P<np>.+?) {_MODAL}(?:(?:was|were|is|are)(?:n't| not|nt)|(?:didn't|doesn't|"
    rf"don't) look) (?:so |that |as |too |quite )*"
    r"(?P<how>[\w-]+)(?: .*)?$",
    re.I,
)
_STATE = re.compile(
    rf"^(?P<np>.+?) {_MODAL}(?:also |just |only |all )?(?P<verb>was|were|is|are|be|became|become|"
    rf"had|has|have|got|wore|wears|"
    r"wear|held|holds|hold|carried|carries|looked|looks|look|said|says|say|turned(?: into)?|stood|sat)(?P<tail> .+)$",
    re.I,
)
_VERBS = {
    "was": "be", "were": "be", "is": "be", "are": "be", "be": "be", "became": "be", "become": "be", "turned": "be",
    "turned into": "be", "had": "have", "has": "have", "have": "have", "got": "have", "wore": "wear", "wears": "wear",
    "wear": "wear", "held": "hold", "holds": "hold", "hold": "hold", "carried": "carry", "carries": "carry",
    "looked": "look", "looks": "look", "look": "look", "said": "say", "says": "say", "say": "say",
    "stood": "stand", "sat": "sit",
}  # fmt: skip
_SO_THAT = re.compile(
    r"^(?:edit|change|alter|modify|adjust|fix|transform|rework|update|photoshop|"
    r"retouch) (?P<np>(?:the|my|his|her|their|our|its|all|this|that) .+?)"
    r",? so(?: that)? (?:it|they|he|she)(?: (?:all|now|would|will|can|should))* (?P<verb>looks?|"
    r"is|are|be|has|have|wears?|holds?|says?) (?P<how>.+)$",
    re.I,
)
_VERSION = re.compile(
    r"^(?:(?:i'd|i would|we'd|i|we) (?:love|like|want|need)(?: to (?:see|have|get))?|get(?: me)?|do(?: me)?|"
    r"(?:can|could|"
    r"may) i (?:see|have|get)|show(?: me)?|give me|make(?: me)?|create|generate|produce|"
    r"let me see)"
    r" (?:an?|the) (?:(?P<colour>[\w-]+(?: [\w-]+)?) )?(?:version|image|picture|copy|variant|edit|"
    r"variation)(?: of (?P<thing>(?:the|this|my|his|her|it)\b(?: (?!with|where|without|"
    r"in which)[\w'-]+)*))?"
    r"(?: (?P<how>with|where|in which|without|that has|having) (?P<body>.+))?$",
    re.I,
)
_MADE_OF_THIS = re.compile(
    r"^(?:make|create|generate|do|build|get)(?: me)? (?P<what>an? [\w' -]+?) (?:out of|from|of|with) (?:this|it|"
    r"(?:this|the|my) (?:image|photo|picture|shot|pic))(?: (?:image|photo|picture|one))?$",
    re.I,
)
_WELCOME = re.compile(
    rf"^(?P<np>(?!(?:that|this|it|which|the|he|she|they|you|any|what|how|i|we|"
    rf"everything)\b).{{4,90}}?) would (?:also )?(?:be|look) (?:so |really |very |"
    rf"super )?(?:{_NICE})"
    r"(?: too| here| there| as well| in (?:the|this|my) \w+)?$",
    re.I,
)
_AFTERWARDS = re.compile(
    r"^(?:(?:show|draw|render|depict|visuali[sz]e|generate|imagine|predict|illustrate|simulate|create|make|display)"
    r"(?: me| us)? )?(?:an? (?:image|picture|photo) of )?(?:what|how) (?:(?P<np>.+?) (?:would|"
    r"will|might|could|should|may|is going to)|"
    r"(?:would|will|might|could|does) (?P<np2>.+?))(?: probably| likely)? (?:look(?: like)?|"
    r"become|be like|appear|turn into|happen to it)"
    r"(?: like)? (?P<how>(?:after|when|once|if|in|at|as|by|from|during|over|right|a|an|\d+|one|"
    r"two|ten|several|many|just)\b.*)$",
    re.I,
)
_OUTCOME = re.compile(
    r"^(?:(?:show|draw|render|depict|visuali[sz]e|illustrate)(?: me| us)? )?(?:what|how) (?:will|"
    r"would|might|could|does) "
    r"(?:happen|occur)s? (?:to|with) (?P<np>.+?) (?P<how>(?:after|when|once|if|in|at|as|by|from|during|over)\b.*)$",
    re.I,
)
_STATE_AFTER = re.compile(
    r"^(?:show|draw|render|depict|visuali[sz]e|illustrate|imagine|predict)(?: me|"
    r" us)? (?:the (?:state|look|appearance) of )?"
    r"(?P<np>.+?)(?:'s (?:state|appearance|look))? (?P<how>(?:after|once|(?:\w+ )?(?:seconds?|"
    r"minutes?|hours?|days?|weeks?|"
    r"months?|years?) (?:later|from now|after))\b.*)$",
    re.I,
)


def as_imperative(clause: str) -> str | None:
    """A supposition as the imperative it amounts to; None when the clause is none."""
    clause = clause.strip(" .?!")
    if aim := _SO_THAT.match(clause):
        return f"make {aim['np']} {_VERBS[aim['verb'].lower()]} {aim['how']}"
    if version := _VERSION.match(clause):
        if version["colour"] and version["thing"] and p.is_plain_colour(version["colour"]):
            return f"make {version['thing']} {version['colour']}"
        if version["body"]:
            how = version["how"].lower()
            if how == "without":
                return f"remove {version['body']}"
            return (
                as_imperative(f"i wish {version['body']}") if how in ("where", "in which") else f"add {version['body']}"
            )
    if (made := _MADE_OF_THIS.match(clause)) and not re.search(r"\b(?:copy|version|backup)\b", made["what"]):
        return f"turn this into {made['what']}"
    if (welcome := _WELCOME.match(clause)) and not re.search(r"\b(?:if|is|are|was)\b", welcome["np"], re.I):
        named = strip_preamble(welcome["np"])
        verbal = opening_verb(named) or from_gerund(named)
        return named if verbal else f"add {named}"
    lead = _LEAD.match(clause)
    if lead is None:
        return None
    body = lead["body"].strip(" .?!,")
    if done := _DONE_BY_US.match(body):
        return done["rest"] if opening_verb(done["rest"]) else from_past(done["rest"])
    if there := _THERE.match(body):
        none = re.match(r"(?:no|not any|n't any)(?: more)? (.+)$", there["np"], re.I)
        return f"remove the {none[1]}" if none else f"add {there['np']}"
    if absent := _ABSENT.match(body):
        return f"remove {absent['np']}"
    if negated := _NEGATED.match(body):
        return f"make {negated['np']} less {negated['how']}"
    state = _STATE.match(body)
    if state is None or re.fullmatch(r"(?:i|we|you|someone|somebody|anyone|u)", state["np"], re.I):
        return None
    return f"make {state['np']} {_VERBS[state['verb'].lower()]}{state['tail']}"


def outcome(clause: str) -> list[Step]:
    """The step of "what would the X look like after …": a state no tool of ours makes, or a look of the picture."""
    clause = clause.strip(" .?!")
    match = _AFTERWARDS.match(clause) or _OUTCOME.match(clause) or _STATE_AFTER.match(clause)
    if match is None:
        return []
    said = match["np"] or match.groupdict().get("np2") or ""
    target = p.noun_phrase(said)
    how = match["how"]
    whole = target is None or v.is_pronoun(target)
    if whole or re.search(r"\b(?:place|view|street|city|town|landscape|scene|park|garden|room)$", target or "", re.I):
        return [Step("style", None, re.sub(r"^(?:in|at|during|as|if it (?:was|were|is)) (?:the |an? )?", "", how))]
    if with_it := re.match(r"(?:with|without|in|as|at) ", how, re.I):
        del with_it
        return []
    return [Step("other", target, how)]
