"""From what was typed to sentences the grammar can read: characters, quotations, politeness."""

from __future__ import annotations

import re
import unicodedata

MAX_TEXT = 10_000
MAX_SENTENCE = 600
MAX_SENTENCES = 120

_QUOTED = re.compile(
    r"\"([^\"\n]{1,120})\"|“([^”\n]{1,120})[”“]|«([^»\n]{1,120})»|„([^“”\n]{1,120})[“”]|「([^」\n]{1,120})」"
    r"|(?<![\w'])'([^'\n]{1,120})'(?!\w)|`([^`\n]{1,120})`"
)
_TOKEN = re.compile(r"Qtxt(\d+)z", re.IGNORECASE)
_SENTENCE_END = re.compile(
    r"(?<=[.!?…。！？])(?:\s+|(?=[A-Z]))|[\n\r;。！？]+|(?<=\w)\s+[-–—]{1,2}\s+(?=\w)|\.{2,}|"
    r"\s*[•·▪]\s*|\s+(?=\(?\d{1,2}[.)]\s+[a-zA-Z])"
)
_DOT_WITHIN = re.compile(r"(?:\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|vs|st|no)\.|\d\.)$", re.IGNORECASE)

_PERSON = (
    r"(?:someone|some one|somebody|anyone|any one|anybody|any ?body|you(?: guys| all)?|u|ya|we|i|one|one of you|"
    r"any of you|a kind \w+|some kind \w+|a \w+ (?:wizard|expert|genius|pro|whiz)|everyone|this (?:app|tool))"
)
_ADVERB = (
    r"(?:(?:please|pls|plz|kindly|possibly|maybe|perhaps|also|just|simply|quickly|very|really|"
    r"greatly|truly|so|much|now|then|actually|again|only|first|even|still|out there|here|ever) )*"
)
_MODAL = r"(?:can|could|would|will|may|might|wld|cld|cn|shall|should|must|do)"

# What may stand before the request itself; taken off one after another.
_PREAMBLES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:[\s,.:;!?*_>~–—+=/\\|)\]}\-]|#(?![0-9a-f]{3,8}\b))+",
        r"\[[^\]\n]{0,30}\]",
        r"\(?\d{1,2}[.):](?!\d)\s*",
        r"(?:photoshop (?:battle|request|this)|ps battle|task|request|instructions?|prompt|edit|edits|"
        r"photoshop request|step \d+|todo|wanted|user|query|specific)\s*:",
        r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|evening|afternoon|day))"
        r"(?: (?:there|everyone|everybody|all|guys|reddit|folks|team|friends?|again|bot|assistant|"
        r"pentimento))*[\s,!.:-]+",
        r"(?:ok|okay|okey|k|so|well|now|also|and|then|next|but|please|pleas|plase|pls|plz|kindly|just|"
        r"simply|maybe|perhaps|"
        r"actually|great|perfect|nice|thanks|thank you|thx|cool|awesome|lovely|yes|yeah|yep|yup|sure|alright|"
        r"right|first(?:ly)?|first of all|second(?:ly)?|third(?:ly)?|finally|lastly|last(?= thing)|"
        r"after that|afterwards?|oh|um|uh|"
        r"hmm+|hm+|ooh|btw|by the way|again|lol|bro|dude|quickly|additionally|furthermore|moreover|in addition|"
        r"besides|after this|once done|once again|if possible|if you can|if you could|if you don't mind|"
        r"for me|while you're at it|while you are at it|one more thing|oops|wait|nope|nah|good|fine|"
        r"simultaneously|at the same time|meanwhile|basically|essentially|ideally|preferably|hopefully|"
        r"instead|to start(?: with)?|or|because|since|only|thing|too|as well|urgent(?:ly)?|go and|"
        r"directly|immediately)(?![\w'-])[\s,!.:]*",
        rf"(?:i|we)(?:'d|'ll| would| will)? {_ADVERB}(?:like|love|appreciate|want|need|wish|prefer|"
        rf"hope|be (?:grateful|thankful|happy|so happy|very happy|"
        rf"forever grateful))(?: it)?(?: very much| so much| a lot| greatly)?"
        rf"(?: if| for| that)?(?: {_PERSON})? (?:could|can|would|will|to) {_ADVERB}(?:be able to |"
        rf"help(?: me| us)?(?: to| by)? )?(?!be\b|have\b|get\b|see\b)",
        rf"(?:i|we)(?:'d|'ll| would| will)? {_ADVERB}(?:like|want|need|love|"
        rf"wanna)(?: to)? {_ADVERB}(?=(?:remove|change|make|replace|add|crop|blur|turn|put|delete|edit|"
        rf"convert|see if)\b)",
        rf"(?:(?:i am|i'm|im|we are|we're|was|i was) )?{_ADVERB}(?:looking|hoping|wondering|trying|"
        rf"asking|wanting|needing|wishing|requesting|seeking|going|wish|hope|need|want)"
        rf"(?: for| if| that)?(?: {_PERSON})? (?:to|could|can|would|who can|who could|"
        rf"might) {_ADVERB}(?:help(?: me| us)?(?: to| by)? )?(?!be\b|have\b|get\b|see\b)",
        rf"(?:is|would|was) (?:it|there|this) (?:be )?{_ADVERB}(?:possible|a way|any ?way|any chance|"
        rf"a chance|anyone|someone|somebody|anybody|ok|okay|too hard)"
        rf"(?: (?:to|for|that|who|of))?(?: {_PERSON})?(?: (?:to|could|can|would|who can|"
        rf"who could))? {_ADVERB}(?:help(?: me| us)?(?: to| by)? )?(?:be able to )?",
        rf"{_MODAL} (?!i have\b|i get\b){_PERSON} {_ADVERB}(?:be able to |be so kind (?:as )?(?:to )?|"
        rf"be willing to |help(?: me| us| out)?(?: to| by| in| with)? (?!me\b)|try (?:to|and) |mind |"
        rf"manage to |go ahead and |have it |perhaps |figure out how to |do me a favou?r and |"
        rf"find a way to )?{_ADVERB}",
        rf"(?:if )?{_PERSON} (?:could|can|would|will|should|might) {_ADVERB}(?:be able to |help(?: me|"
        rf" us)?(?: to| by)? )?(?!(?:be|like|love|appreciate|want|need|prefer)\b)",
        rf"(?:any chance|any way|any ?one able|any possibility|possible|anyone able|"
        rf"someone able)(?: (?:to|for|that|of))?(?: {_PERSON})?(?: (?:to|could|can|"
        rf"would))? {_ADVERB}(?!have\b|get\b)",
        rf"(?:help(?: me| us)?(?: out)?(?: to| by| with| in)? )(?={_ADVERB}[a-z]+)",
        rf"(?:let's|lets|let us|let me|we should|we could|we need to|we want to|we must|you should|"
        rf"you need to|you must|you can|i should|i need to|i want to|i wanna|i want|i need|i gotta|"
        rf"need to|needs to|want to|wanna|gotta|gonna|try to|try and|try|go ahead and|proceed to|"
        rf"feel free to|your (?:task|job) is to|the (?:task|goal|aim|idea) is to|make sure to|"
        rf"make sure you|be sure to|remember to|don't forget to|do not forget to|all i (?:need|"
        rf"want) is(?: to| for you to)?|what i (?:need|want) is(?: to)?|my request is(?: to)?|"
        rf"attempt to|work on|use (?:ai|photoshop) to|photoshop (?:this|it|the (?:photo|image|"
        rf"picture)) (?:so that|so|to|and)|edit (?:this|it|the|my) ?(?:photo|image|picture|"
        rf"pic)? (?:so that|so|to|and|by)|how (?:can|do|could|would|should) (?:i|we|you)|can|could|"
        rf"would|please can|kindly) {_ADVERB}(?=(?!be\b)[a-z])(?!(?:you|we|i|it|the|a|this|that|my|"
        rf"have|not|there|she|he)\b)",
        r"(?:in|on|from|for|with|using|within|to) (?:this|the|that|my|our|these|above|"
        r"below)(?: \w+)? (?:image|picture|photo|photograph|pic|scene|one)s?,? (?=[a-z])(?!of\b|"
        r"with\b|to\b|into\b|look\b|in\b|should\b|and\b)",
        r"(?:would|do) you mind ",
        r"let'?s (?=(?:have (?:an?|some|more|two|the|his|her|my|it|him)|let|get) )",
        r"(?:what|how) about (?:we |you )?(?=\w+ing\b)",
        r"(?:rather than|instead of) \w+ing\b[^,]{0,60},\s*",
        r"(?:edit|modify|change|alter|improve|update|adjust) (?:the |this |my |your )?(?:[\w]+ ){1,3}by (?=\w+ing\b)",
        r"(?:i think|i guess|i feel like|i feel|i believe|it would be (?:nice|great|good|cool|lovely|"
        r"awesome)(?: if| to)?|it'd be (?:nice|great|good|cool|lovely)(?: if| to)?|would be (?:nice|"
        r"great|cool)(?: if| to)?)(?: you| we)? (?:should |could |can |would )?",
    )
]
_TAIL = re.compile(
    r"(?:[\s,.!?:;]*(?:\b(?:please and thanks?(?: you)?|please|pls|plz|plss|"
r"thanks?(?: you)?(?: so much| very much| a lot| in advance| again| everyone| guys| all)*|thx|"
r"tia|ty|cheers|"
    r"for me|if possible|if you can|if you could|if you don't mind|asap|i changed my mind|okay|ok|"
r"will you|would you|could you|can you|right away|right now|"
    r"(?:very |so )?much appreciated|kindly|lol|haha|as well|too|i guess|i think|though|tho|"
r"(?:that|this|it|which)(?:'d| would|'ll| will) be (?:so |really |very |super |just )?(?:great|nice|awesome|"
r"cool|lovely|"
    r"perfect|amazing|wonderful|appreciated|fantastic)|i'd (?:really |so )?(?:appreciate it|be grateful)|"
    r"overall|all over|everywhere|immediately|at once|in advance|or something(?: like that)?|"
    r"thank u|many thanks|god bless|xx+|for us|now|somehow|you know|next|first|again|then|instead|"
r"maybe|perhaps|already|would be (?:great|nice|awesome)|urgently)\b|"
r"[:;]-?[)D(]))+[\s,.!?:;]*$",
    re.IGNORECASE,
)  # fmt: skip
_TAIL_KEPT = re.compile(r"\b(?:instead|again|maybe|too|as well)\b", re.IGNORECASE)


def tidy(text: str) -> str:
    """One kind of quotation mark, dash and space; no control characters, no markdown stress; at most 10,000 long."""
    text = unicodedata.normalize("NFKC", text[: MAX_TEXT * 2].encode("utf-8", "replace").decode("utf-8"))[:MAX_TEXT]
    text = text.replace("’", "'").replace("‘", "'").replace("ʼ", "'").replace("´", "'").replace("\u00ad", "")
    text = re.sub(r"\*\*|__|~~", "", text)
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "So", "Sk") and c not in "\n`" else c for c in text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def protect(text: str) -> tuple[str, list[str]]:
    """The text with every quotation replaced by one word-like token, and the quotations."""
    quotes: list[str] = []

    def keep(match: re.Match[str]) -> str:
        quotes.append(next(group for group in match.groups() if group is not None).strip(" ,.") or match[0])
        return f" Qtxt{len(quotes) - 1}z "

    return re.sub(r" {2,}", " ", _QUOTED.sub(keep, text)).strip(), quotes


def unprotect(phrase: str, quotes: list[str]) -> str:
    """A phrase with its quotations back in place."""

    def put_back(match: re.Match[str]) -> str:
        index = int(match[1])
        return quotes[index] if index < len(quotes) else match[0]

    return _TOKEN.sub(put_back, phrase).strip()


def has_quotation(phrase: str) -> bool:
    """Whether a quotation stands in the phrase."""
    return _TOKEN.search(phrase) is not None


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, without their end marks."""
    parts: list[str] = []
    for part in _SENTENCE_END.split(text):
        if not part or not part.strip():
            continue
        if parts and _DOT_WITHIN.search(parts[-1]) and not re.search(r"\d\d\.$", parts[-1]):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part.strip())
    return [part[:MAX_SENTENCE].strip() for part in parts[:MAX_SENTENCES] if re.search(r"\w", part)]


def strip_preamble(clause: str) -> str:
    """A clause without greeting, politeness and modal wrapping in front ("Could someone please …")."""
    for _ in range(12):
        before = clause
        for pattern in _PREAMBLES:
            if (match := pattern.match(clause)) and match.end() and match.end() < len(clause):
                clause = clause[match.end() :]
        if clause == before:
            break
    return clause.strip()


def strip_tail(clause: str) -> str:
    """A clause without thanks and end marks behind."""
    short = _TAIL.sub("", clause).rstrip(" .,!?:;…-")
    return short if re.search(r"\w", short) else clause.strip(" .,!?:;…-")
