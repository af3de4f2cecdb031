"""Wishes in other words ("there should be", "I don't want", "needs to be removed") put as plain imperatives."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.offline import lexicon, supposing
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.desires import BE, WANT, desired, done

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]


def _rule(pattern: str, rewrite: Callable[[re.Match[str]], str | None]) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), rewrite


_RULES: tuple[_Rule, ...] = (
    # "I don't want the sign (there)", "I don't like the sign", "we can do without the sign"
    _rule(
        r"(?:i|we) (?:really |just )?(?:don't|do not|dont|didn't|no longer|never|wouldn't|"
        r"would not) (?:want|need|like)(?: to (?:see|have)| having|"
        r" seeing)? (?:any (?:of )?)?(?P<np>.+?)(?: (?:here|there|anymore|any more|at all|"
        r"to be (?:there|here|visible|shown|seen)|visible|showing|to show))*$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(r"(?:i |we )?(?:could |can )?do without (?P<np>.+)$", lambda m: f"remove {m['np']}"),
    _rule(
        r"(?P<np>.+?) (?:shouldn't|should not|must not|mustn't|doesn't need to|does not need to|can't|"
        r"should no longer|needn't) be (?:there|here|visible|in (?:it|there|here|the .+|this .+)|"
        r"on .+|seen|shown|present)$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(
        r"(?P<np>.+?) (?:shouldn't|should not|doesn't|does not|don't|do not) (?:exist|belong(?: there|"
        r" here)?|fit(?: in)?)$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(
        r"(?P<np>.+?) (?:needs? to|has to|have to|must|should|gotta|can|could|"
        r"has got to) (?:go(?: away)?|disappear|vanish|leave|be gone|get out|die|not be there)$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(
        r"(?:there )?(?:should|must|shall|needs? to|can|could) be no(?:t any)? (?:more )?(?P<np>.+)$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(
        r"there (?:shouldn't|should not|mustn't|must not) be (?:any |an? |the )?(?P<np>.+)$",
        lambda m: f"remove {m['np']}",
    ),
    _rule(
        r"(?:no more|no|without|minus|less of|sans|not any|zero|w/o|bye bye|bye|goodbye|so long|"
        r"away with|down with|enough of|be gone|out with|off with) (?:any |all |the )?(?P<np>(?!need|"
        r"problem|idea|thanks?\b|thank|not|worries|wait|longer|way|one\b|wonder).+)$",
        lambda m: f"remove the {m['np']}" if len(m["np"]) < 60 else None,
    ),
    _rule(r"(?P<np>[\w' ]+?) (?:be )?gone$", lambda m: f"remove {m['np']}"),
    _rule(
        r"(?:make|have|let|get) (?P<np>.+?) (?:to )?(?:disappear|vanish|go away|be gone|gone|"
        r"go)(?: from .+)?$",
        lambda m: f"remove {m['np']}",
    ),
    # "have just one bed", "only one bed", "keep only the dog"
    _rule(
        r"(?:have|leave|keep|there should be|i want|make it|just|only|"
        r"there should only be)(?: there be)? (?:just|only) (?P<n>one|1|a single|two|"
        r"three) (?P<np>.+)$",
        lambda m: f"remove all {m['np']} except one",
    ),
    _rule(
        r"there (?:should|must|can|needs to|has to|ought to)(?: only| just) be (?P<n>one|1|a single|two|three|\d) "
        r"(?P<np>.+)$",
        lambda m: f"remove all {m['np']} except one",
    ),
    _rule(r"(?:just|only) (?P<n>one|1|a single) (?P<np>.+)$", lambda m: f"remove all {m['np']} except one"),
    _rule(
        r"(?:(?:just|only) )?(?P<np>(?:the|this|my|his|her|that) [\w' -]+?),? (?:and )?nothing (?:else|more)$",
        lambda m: f"remove everything except {m['np']}",
    ),
    _rule(r"(?:leave|keep)(?: just| only) (?P<np>.+)$", lambda m: f"remove everything except {m['np']}"),
    # taking apart: "take X off Y", "crop X out", "photoshop X out of Y"
    _rule(
        r"(?:take|get|cut|crop|edit|photoshop|wipe|throw|clear|airbrush|clone|paint|pull|leave|strip|"
        r"rub|scrub|move|cut|shop|trim|clean|erase|yank|kick|pluck|peel|magic|brush|wash|scratch|"
        r"photo shop|ps|filter|retouch|toss|mask) (?P<np>(?!the background|background|out|off|"
        r"away).+?)(?<!ing) (?P<how>out|off|away)(?:(?: of| from)? (?P<from>.+))?$",
        lambda m: (
            f"remove {m['np']}"
            + (f" from {m['from']}" if m["from"] and not m["from"].lower().startswith(("and ", "so ")) else "")
            if not re.search(r"\bto (?:the|its)|\bfurther\b|\ba bit\b|\band\b.*\bthe\b", m["np"])
            else None
        ),
    ),
    _rule(
        r"(?:take|get|cut) (?P<np>.+?) (?:out of|off of|off|away from) (?P<from>.+)$",
        lambda m: f"remove {m['np']} from {m['from']}",
    ),
    _rule(r"get (?P<np>.+?) out$", lambda m: f"remove {m['np']}"),
    _rule(
        r"(?P<np>(?!take|get|cut|put|bring|zoom|crop|pull|throw|fill|turn)(?!.*\b(?:be|is|are|was|"
        r"being)\b)(?:the [\w' ]+?|[\w ]+?)) (?:out|off|begone)$",
        lambda m: (
            f"turn off {m['np']}"
            if re.search(
                r"\b(?:lamp|light|tv|television|candle|screen|fire|headlight|monitor|fan|neon|sign)s?$", m["np"], re.I
            )
            else f"remove {m['np']}"
            if not lexicon.opening_verb(m["np"])
            else None
        ),
    ),
    # wishes with a participle: "I need the logo removed", "the background needs to be removed"
    _rule(rf"(?:{WANT}) (?P<np>.+)$", lambda m: done(m["np"])),
    _rule(
        rf"(?P<np>(?:(?:the|this|that|these|those|my|his|her|all|both|every|its|their) .+?|he|she|they|"
        rf"it|him|them) (?:{BE}|needs?|wants?) \w+.*)$",
        lambda m: done(re.sub(rf"\s(?:{BE}|needs?|wants?)\s", " ", m["np"], count=1, flags=re.I)),
    ),
    _rule(
        r"(?:can|could|may|should|might|would|will|is it possible for|please have|have) (?P<np>(?:the|"
        r"this|that|these|those|my|his|her|all|it|every) .+?|it) (?:be |to be |get |"
        r"please be )(?P<verb>\w+ed|cut|taken|made|put|hidden|given|thrown)(?P<rest>\b.*)$",
        lambda m: done(f"{m['np']} {m['verb']}{m['rest']}"),
    ),
    # existence: "there should be", "let there be", "what if there was", "could there be"
    _rule(r"(?:can|could|should|would) there be (?P<np>.+)$", lambda m: f"add {m['np']}"),
    _rule(
        r"(?:let there|there (?:should|must|could|can|needs? to|has to|ought to|might)|have there|"
        r"i (?:want|wish) there (?:to|were|was)|make there) (?:also |be )*(?P<np>.+)$",
        lambda m: f"add {m['np']}",
    ),
    _rule(r"(?:what|how) (?:if|about if) there (?:was|were|is|are) (?P<np>.+)$", lambda m: f"add {m['np']}"),
    _rule(
        r"(?:what|how) if (?:we |you |i )?(?P<np>(?:add|remove|put|change|replace|made|make|had|turn|"
        r"swap|give|crop)\w* .+)$",
        lambda m: re.sub(
            r"^(add|remov|chang|replac|turn|crop)e?d\b",
            lambda k: k[1] + ("e" if k[1] in ("remov", "chang", "replac") else ""),
            re.sub(r"^made\b", "make", re.sub(r"^had\b", "add", m["np"])),
        ),
    ),
    _rule(
        r"(?:what|how) if (?P<np>.+?) (?:was|were|is|are|had|has|looked|turned|became) (?P<how>.+)$",
        lambda m: f"make {m['np']} {'have ' if re.search(r' ha[ds] ', m[0]) else 'look '}{m['how']}",
    ),
    _rule(
        r"(?:could|can|would|may|should|might|let|have) (?P<np>(?!you|we|i|someone|somebody|anyone|"
        r"anybody|u\b).+?) (?:be|become|look|appear|turn) (?P<how>.+)$",
        lambda m: f"make {m['np']} be {m['how']}",
    ),
    _rule(
        r"(?:could|can|would|should|might|let|have|make|get|dress|put) (?P<np>(?!you|we|i|someone|"
        r"somebody|anyone|anybody|u\b).+?) (?:wear|wearing|in(?:to)? (?=(?:an? |the )?\w* ?(?:suit|"
        r"dress|uniform|costume|kimono|outfit|shirt|clothes|tuxedo|jacket|coat|hoodie|robe|"
        r"gown)))\s?(?P<how>.+)$",
        lambda m: f"make {m['np']} wear {m['how']}",
    ),
    _rule(
        r"(?:could|can|would|should|might|let) (?P<np>(?:the|his|her|this|that|it|he|she|"
        r"they) ?[\w' ]*?) (?P<how>have|be|hold|sit|stand|wear|run|jump|fly|smile|look) (?P<rest>.+)$",
        lambda m: f"make {m['np']} {m['how']} {m['rest']}",
    ),
    # statements of what should be: "the cat should be white", "X should have", "X should say"
    _rule(
        r"(?P<np>(?:the|this|that|these|those|my|his|her|all|both|every|its|their|it|he|she|they|"
        r"there|[\w' ]{2,40}?) ?[\w',' -]*?) (?:should|must|needs? to|has to|have to|ought to|"
        r"is supposed to|could|shall) (?:all |also |just |really |now |rather |"
        r"instead )*be(?:come)? (?P<how>.+)$",
        lambda m: f"make {m['np']} be {m['how']}",
    ),
    _rule(
        r"(?P<np>(?:the|this|that|these|those|my|his|her|all|both|every|its|their|it|he|she|"
        r"they) ?[\w',' -]*?) (?:should|must|needs? to|has to|have to|ought to|could) (?P<how>(?:look|"
        r"appear|have|wear|say|read|match|turn|face|hold|sit|stand|smile) .+|smile)$",
        lambda m: f"make {m['np']} {m['how']}",
    ),
    _rule(
        r"(?P<np>(?:the|this|that|his|her|its|their|my) [\w' -]+?|it|he|she) (?:needs|wants|could use|"
        r"requires|deserves|lacks|is missing|would look (?:good|better|great|nice) with|"
        r"needs to have) (?P<how>(?:an?|some|more|less|another|two|bigger|smaller) .+)$",
        lambda m: (
            f"make {m['np']} {m['how']}"
            if re.match(r"(?:more|less) \w+$", m["how"]) and v.found(v.TONE, m["how"])
            else f"add {m['how']} to {m['np']}"
        ),
    ),
    _rule(
        r"(?:i think )?(?P<np>.+?) (?:would|should|could|might|may) (?:look|be) (?:good|better|great|"
        r"nice|nicer|cool|best|cute|amazing|awesome|lovely|so much better|way better|much better|"
        r"perfect)(?: (?:in|as|with|if it were|if it was|if they were|on))? (?P<how>.+)$",
        lambda m: (
            f"make {m['np']} {m['how']}"
            if not re.search(r"\bwithout\b", m[0])
            else f"remove {re.split('without', m[0])[1]}"
        ),
    ),
    _rule(
        r"(?P<np>(?:the|his|her|my|this|that) [\w' ]+?) (?:is|are) now (?P<how>.+)$",
        lambda m: f"make {m['np']} be {m['how']}",
    ),
    _rule(
        r"(?:what|how) would (?P<np>.+?) look(?: like)? (?P<how>(?:with|without|in|as|if|at) .+)$",
        lambda m: (
            f"remove {m['how'][8:]}"
            if m["how"].startswith("without ")
            else f"add {m['how'][5:]} to {m['np']}"
            if m["how"].startswith("with ")
            else f"make {m['np']} look like {m['how'][3:]}"
        ),
    ),
    _rule(
        r"(?:let's |let me |i want to |i'd like to |can i |can we |could we |could i |show me |"
        r"show )?(?:see|show|picture|imagine|have|view)? ?(?P<np>(?:the|this|him|her|them|it|my|me|us|"
        r"that)\b[\w' ]*?) without (?P<what>(?:the|a|an|any|his|her|their|my|that|those|all)\b.+)$",
        lambda m: f"remove {m['what']}",
    ),
    _rule(
        r"(?P<np>(?:the |my |his |her |their )?[\w' ]+?) (?:must|should|can|may|shall)(?: ?not|"
        r"n't) be (?:recogni[sz]\w+|identif\w+|readable|legible|visible|seen|read)$",
        lambda m: f"redact {m['np']}",
    ),
    _rule(
        r"(?:use|try|go (?:for|with)|apply|choose|adopt|follow) (?:(?:the|an?|"
        r"some) )?(?:style of (?P<a>.+)|(?P<b>.+?) (?:art )?(?:style|look|aesthetic|filter|vibe|effects?|lens|"
        r"treatment|grade|preset))$",
        lambda m: f"apply {m['b']} style" if m["b"] else f"apply the style of {m['a']}",
    ),
    _rule(
        r"(?P<np>him|her|them|it|me|us|(?:the|his|her|my|their|our|its|this|"
        r"that) [\w' -]+?) to (?P<how>(?:be|look|have|wear|hold|appear|become|carry) .+)$",
        lambda m: f"make {m['np']} {m['how']}" if not lexicon.opening_verb(m["np"]) else None,
    ),
    _rule(
        r"(?:show|frame|have|keep|get)(?: me| us)? (?P<np>(?:just |only )?(?:the|this|my|his|her|their|him|them|"
        r"me|us)\b[\w' -]*?) "
        r"(?P<how>from the (?:\w+) (?:up|down|upwards?|downwards?))$",
        lambda m: f"crop {m['np']} {m['how']}",
    ),
    # "show the bridge covered in snow", "render the car in chrome"
    _rule(
        r"(?:show|display|depict|portray|render|let's see|let me see|picture|visuali[sz]e)(?: me| us)? "
        r"(?P<np>(?:the|this|my|his|her|their|our) [\w' -]+?) (?P<how>(?:being )?(?:covered|buried|made|painted|"
        r"dressed|"
        r"filled|surrounded|lit|wearing|holding|full of|in(?: an?| the)?|as(?: an?| the)?|at|during|under|"
        r"turned)\b.+)$",
        lambda m: f"make {m['np']} {m['how']}",
    ),
    # instead of
    _rule(
        r"(?:i|we)(?:'d| would|'d rather| would rather)? (?:prefer|have|like|see|take) (?P<new>(?:an? |some |"
        r"the )[\w' -]+?) "
        r"(?:over|to|instead of|rather than|in place of) (?P<old>(?:an? |the |that |this |his |"
        r"her )[\w' -]+?)(?: here| there)?$",
        lambda m: f"replace the {p.bare(m['old'])} with {m['new']}",
    ),
    _rule(
        r"(?:make |have |i want |i'd like )?(?P<np>[\w' -]+?) (?:in |to be |be |"
        r"should be )?(?P<new>[\w-]+(?: [\w-]+)?) (?:instead of|rather than|"
        r"not) (?:in )?(?P<old>[\w-]+(?: [\w-]+)?)$",
        lambda m: (
            f"change the color of {m['np']} to {m['new']}"
            if p.could_be_colour(m["new"]) and p.is_plain_colour(m["old"]) and not lexicon.opening_verb(m["np"])
            else None
        ),
    ),
    _rule(
        r"(?:use|have|i want|i'd like|put|show|there should be|make it|with|add)? ?(?P<new>(?:an? |"
        r"the |some )?[\w' -]{2,60}?) (?:instead of|rather than|in place of|in lieu of) (?P<old>.+)$",
        lambda m: f"replace {m['old']} with {m['new']}" if not lexicon.opening_verb(m["new"]) else None,
    ),
    _rule(
        r"instead of (?P<old>.+?),? (?:use |have |put |add |make it |i want |there should be |show |"
        r"try |with )+(?P<new>.+)$",
        lambda m: f"replace {m['old']} with {m['new']}",
    ),
    _rule(r"instead of (?P<old>(?:an? |the )?[\w' ]+?), (?P<new>.+)$", lambda m: f"replace {m['old']} with {m['new']}"),
    # colour or place after a verb of desire
    _rule(rf"(?:{WANT}) (?P<np>.+)$", desired),
)


def imperatives(clause: str) -> list[str]:
    """The clause, and its rewritings as a plain imperative, most literal first."""
    readings = []
    if wish := supposing.as_imperative(clause):
        readings.append(wish)
    if not re.match(
        r"(?:having|getting|looking|trying|keeping|leaving|letting|setting|hoping|setting|rendering|"
        r"sitting|standing)\b",
        clause,
        re.I,
    ) and (changed := lexicon.from_gerund(clause)):
        readings.append(changed)
    for pattern, rewrite in _RULES:
        if match := pattern.match(clause):
            changed = rewrite(match)
            if changed and re.match(
                r"(?:remove|make|add) (?:the )?(?:i|we|you|let's|i'd|i'm|please|need|want|just|would|looking)\b",
                changed,
                re.I,
            ):
                continue
            if changed and changed != clause and changed not in readings:
                readings.append(re.sub(r" +", " ", changed))
    return readings
