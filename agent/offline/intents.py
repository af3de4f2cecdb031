"""What is no edit: greetings, thanks, questions, things this tool cannot or will not do, hidden commands."""

from __future__ import annotations

import re

from agent.offline.steps import Step

_GREETING = re.compile(
    r"^(?:(?:hi+|hello+|hey+|hiya|howdy|yo|sup|greetings|good (?:morning|evening|afternoon|day|"
    r"night)|what'?s up|hola|bonjour|hallo|ciao|namaste|salut)"
    r"(?:[\s,!.]+(?:there|everyone|all|guys|friend|bot|assistant|pentimento|again|buddy|man|"
    r"how are you(?: doing)?(?: today)?|how is it going|how's it going|good (?:morning|evening|"
    r"afternoon)|nice to meet you|you))*|how are you(?: doing)?(?: today)?|nice to meet you|"
    r"test(?:ing)?(?: \d+)*|are you there|anyone (?:there|here))[\s!.?,:)]*$",
    re.I,
)
_THANKS = re.compile(
    r"^(?:(?:ok|okay|oh|wow|great|perfect|nice|cool|awesome|excellent|amazing|lovely|wonderful|"
    r"brilliant|fantastic|good job|great job|good (?:bot|boy|girl|one)|well done|nice work|good work|nice one|love it|"
    r"i love it|i like it|thanks?|thank you|thank u|thx|ty|tysm|cheers|much appreciated|"
    r"appreciate it|that's (?:it|all|great|perfect|good|better|enough|fine|everything|awesome|"
    r"amazing)|that is (?:it|all|great|perfect|good)|that will be all|that'll be all|"
    r"looks? (?:good|great|perfect|amazing|awesome|nice|fine|better|lovely)(?: now| to me)?|"
    r"it(?:'s| is| looks?) (?:perfect|great|good|fine|amazing|better|beautiful|lovely)(?: now)?|"
    r"(?:i'm |we're |all )?(?:done|good|happy)(?: now| here| with (?:it|this|that))?|bye|goodbye|"
    r"see you|so much|very much|a lot|for (?:your|the) help|exactly|yay|well|man|this is (?:great|"
    r"perfect)|you're (?:the best|great|awesome)|you rock|no more(?: changes)?|nothing(?: else)?|"
    r"no(?: thanks| thank you| thx)?|nope|yes|yep|keep it(?: like (?:that|this)| as it is|"
    r" this way| that way)?|leave it(?: as (?:it )?is| like (?:that|this)| there| alone)?|"
    r"don'?t (?:change|touch|do|edit|alter) (?:anything|it|a thing)(?: else| more| anymore)?|"
    r"do nothing(?: else)?|cancel|stop(?: here| there| it| now)?|finished|wait|hold on|enough|haha|lol|"
    r"interesting|never ?mind|no worries|not bad|i'?m satisfied|we(?:'re| are) done|"
    r"perfect job)[\s,.!?:)]*)+$",
    re.I,
)
_REMARK = re.compile(
    r"^(?:(?:lol|haha|omg|ugh|wow|hmm)[\s,!.]*)?(?:you(?:'re| are| guys are)|this (?:app|tool|thing|bot) is) "
    r"(?:so |such |really |very |an? |absolutely |kinda |pretty |totally )*\w+(?: (?:idiot|liar|genius|joke|job|"
    r"tool|thing|"
    r"app|bot|assistant))?(?: (?:lol|haha|!+))*[\s!.]*$",
    re.I,
)
_PLEASED = re.compile(
    r"^(?:(?:thanks?|thank you|great|perfect|awesome|wow|yes|ok|nice|cool|amazing|"
    r"lovely)(?: (?:so much|a lot|very much|again))?[\s,!.]+)*"
    r"(?:that|this|it)(?:'s| is| looks| was)? (?:exactly|just|precisely|absolutely|really|so|totally)? ?"
    r"(?:what i (?:wanted|needed|was (?:looking|hoping|asking) for|had in mind|asked for|meant)|"
    r"(?:great|perfect|awesome|amazing|fantastic|wonderful|brilliant))[\s!.]*$",
    re.I,
)
_HELP = re.compile(
    r"^(?:please )?(?:help(?: me)?|help please|how (?:do i|to|can i) (?:use|start)\b.*|"
    r"what (?:can|do|could|are) (?:you|u|this|it)\b.*|which (?:file|image|photo|picture|format|"
    r"edits|tools|languages|models?|file types|formats|kinds?|types?)\b.*|who (?:are|made|built|"
    r"created|is) .*|are you (?:a |an )?.*|how (?:does|do|did|many|much|long|big|old|large|come|"
    r"are|is|was) .*|why .*|"
    r"(?:do|does|did|is|are|was|were|have|has|will|am|should|can|could) (?:you|it|this|that|the|"
    r"there|my|they|these|any|a)\b (?:support|know|understand|see|work|save|store|keep|free|cost|"
    r"accept|handle|remember|able|allowed|safe|really|private|privacy|done|ready|finished|lose|"
    r"use|need|already|think|like|recommend|speak|still)\b.*|"
    r"what(?:'s| is| was| are| were| did| does| do| has| have| happened| kind| size| format| type|"
    r" color| colour| resolution| about privacy| time| day) .*|where (?:is|are|was|were|did|does|"
    r"do|can|has|have)\b.*|when .*|who(?:'s| is| are) .*|(?:do|does|did) (?:you|i|we|it|"
    r"this) (?:have|want|mean|like|need|do|make|change|remove|edit)\b.*|tell me (?:about|what|how|"
    r"why|which|who|if|whether|a joke)\b.*|explain .*|describe .*|"
    r"(?:what|which) (?:would|should|could) (?:you|i|we) (?:change|do|try|edit|improve|pick|choose|use)\b.*|"
    r"(?:can|could|do) you (?:see|tell|know|recogni[sz]e|identify|guess)(?: me)? (?:who|what|how|where|when|why|"
    r"if|whether)\b.*|"
    r"what (?:else|more|other (?:things?|changes?|edits?))\b.*|"
    r"(?:list|show me) (?:the |all |my |your )?(?:history|edits|changes|commands|features|options|"
    r"tools|steps)(?: .*)?|(?:what|which) .*\b(?:again|so far|before|did you|have you|have we|"
    r"did i|can i|are there|is (?:it|this|that|there))\b.*|is (?:there|this|that|it) (?:an?|any|"
    r"the|my|your|possible that) .*|(?:is|are|was|were|did|does|do|has|have|am) (?:it|this|that|"
    r"the|these|they|my|i|we|you)\b(?! (?:possible|ok|okay|too))[^?]*\?|(?:what|"
    r"which) .*\b(?:suggest|recommend|think|advise|prefer|best)\b.*|who \w+(?:ed|s|n)? (?:this|it|"
    r"that|the).*|capabilities|features|instructions|menu|options|examples?)[\s?.!]*$",
    re.I,
)
_EDIT_QUESTION = re.compile(
    r"^(?:what|how) (?:about|if)\b|^what would .* look like|^how (?:would|do|can|could|"
    r"should) (?:i|we|you|it|the|he|she|they) .*\b(?:look|remove|change|make|add|get rid|blur|"
    r"crop|fix|replace|delete|turn)\b|^(?:can|could|would|will) (?:you|u) |^is (?:it|"
    r"there) (?:possible|any|a way|anyone|some)|^why (?:not|don't (?:we|you))\b|"
    r"^where is .* still|^why is .* still",
    re.I,
)
_REFUSE = re.compile(
    r"\b(?:handcuff\w*|drugs?|cocaine|weapons?|gun|stolen|mugshot|bruises?|black eye|crime scene)\b.{0,80}\b(?:so |to "
    r"(?:show|send|prove|convince|blackmail|frame))\b.{0,30}\b(?:judge|police|cops?|court|lawyer|boss|landlord|"
    r"insurance|wife|husband|school|evidence)\b|"
    r"\b(?:fake|forge|forged|counterfeit|falsif\w+|bogus)\b.{0,40}\b(?:id|ids|passport|licen[cs]e|"
    r"document|certificate|diploma|degree|transcript|money|bills?|banknote|currency|receipt|"
    r"invoice|prescription|signature|visa|card|cheque|check|permit|ticket|badge|pay ?slip|"
    r"statement|evidence|proof|news|report|test|results?|letter|stamp)s?\b"
    r"|\b(?:forge|falsify|counterfeit)\b"
    r"|\b(?:change|alter|edit|modify|replace|update|fix|move|adjust|extend|make|set|"
    r"put)\b.{0,60}\b(?:date|birth ?date|dob|date of birth|birth year|age|name|expiry(?: date)?|"
    r"expiration(?: date)?|photo|number|grade|amount|balance|address)\b.{0,50}\b(?:my |his |her |"
    r"the |this |a |your )?(?:passport|driver'?s? licen[cs]e|driving licen[cs]e|id(?: card)?|"
    r"identity card|visa|birth certificate|bank statement|medical certificate|doctor'?s note|"
    r"pay ?slip|prescription|green card|vaccin\w+ (?:card|certificate)|transcript|diploma|cheque|"
    r"check|permit|insurance card)\b(?!.*\b(?:hide|redact|blur)\b)"
    r"|\b(?:passport|driver'?s? licen[cs]e|id card|bank statement|birth certificate|"
    r"vaccin\w+ card)\b.{0,60}\b(?:says?|shows?|reads?|look(?:s)? like|valid|real|genuine)\b"
    r"|\b(?:nude|naked|topless|undress(?:ed)?|unclothed|nudity|nsfw|porn\w*|strip (?:her|him|them|"
    r"the (?:girl|woman|man|boy))|bare breasts?|deepfake|explicit|x-ray (?:her|his)|"
    r"see through (?:her|his|their) (?:clothes|dress|shirt))\b"
    r"|\b(?:remove|take off|delete|erase|get rid of|lose|see through) (?:all )?(?:her|his|their|"
    r"the (?:girl|woman|man|boy|child|lady|kid|teen)'?s) (?:clothes|clothing|underwear|bra|"
    r"panties|bikini(?: top)?|swimsuit|outfit|shirt and pants)\b(?!.*\b(?:replace|change|with)\b)"
    r"|\b(?:make|have) (?:it look like|him look like|her look like|them look like|"
    r"it seem like) (?:he|she|they|my \w+|the \w+|\w+)?\s?(?:is |was |were |are |has |"
    r"had )?.{0,30}\b(?:cheat\w*|steal\w*|stole|hit(?:ting)?|beat(?:ing)?|murder\w*|kill\w*|crime|"
    r"drunk|arrested|caught)\b"
    r"|\b(?:how to (?:make|build) (?:a )?(?:bomb|weapon|drugs?))\b|\b(?:blackmail|revenge porn|"
    r"scam|phishing|impersonat\w+|defam\w+|harass\w*|bully\w*|swastika|kkk|nazi|isis)\b"
    r"|\b(?:remove|strip|erase|delete) (?:the )?(?:c2pa|content credentials|provenance)\b",
    re.I,
)
_UNSUPPORTED = re.compile(
    r"\b(?:hear|listen to)\b|"
    r"\b(?:so )?(?:that )?(?:i|you|we|one) can (?:rotate|walk|move|look|spin|fly|turn) (?:around|inside|through)\b|"
    r"\b(?:make|turn|convert|create|generate|export|render|animate|produce|into|"
    r"as)\b.{0,40}\b(?:an? )?(?:videos?|gifs?|animations?|animated|movie(?! poster)|slideshow|"
    r"3d (?:model|print|object)|nft|boomerang|hologram video|audio|soundtrack|podcast|reel|"
    r"tiktok)\b(?! (?:style|game|poster|look|star))"
    r"|\b(?:play|add|put|insert|with) (?:an? |some |the |background )*(?:songs?|music|sounds?|"
    r"audio|voice(?:over)?|soundtrack|narration)\b|\banimate\b|\bmake (?:it|him|her|them|"
    r"the \w+(?: \w+)?) (?:talk|sing|speak|play (?:a )?(?:song|music))\b|\blip[- ]?sync\b"
    r"|\b(?:rotate|turn|move|swing|orbit|spin|change|shift|tilt) (?:the )?(?:camera|viewpoint|"
    r"perspective|point of view|view(?:ing)? angle)\b|\b(?:from|in) (?:a )?(?:different|another|"
    r"new|side|back|top|bird'?s?[- ]eye) (?:angle|viewpoint|perspective|view|side)\b|"
    r"\bshow (?:me )?(?:the )?(?:back|(?:other |left |right )?side|underside|rear|inside|"
    r"behind) (?:of|side)\b|\b(?:seen|viewed|shot|shown|photographed|view it|"
    r"see it) from (?:above|behind|below|the (?:side|back|top|front)|another)\b|\bwhat(?:'s|"
    r" is) behind (?:the|him|her|it)\b"
    r"|\b(?:upload|post|publish|share|send|email|tweet|text) (?:it|this|them|the (?:image|photo|"
    r"picture|result|file))? ?(?:to|on|via|with|it) (?:my |the )?(?:instagram|facebook|twitter|x|"
    r"tiktok|whatsapp|email|mum|mom|friend|boss|google|dropbox|drive|cloud|website|linkedin|"
    r"snapchat|telegram|gmail|him|her|them)\b"
    r"|\b(?:forward|send|mail|e-?mail|share|post|upload|tweet) (?:this|the|my|it|"
    r"that)(?: (?:picture|photo|image|file|result))? (?:to|with|on|via)\b"
    r"|\b(?:record|scan|print|sell|auction) (?:my|the|a|this|it)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"^(?:please |can you |could you |hey |i want you to |i need you to )*(?:book|order|buy|"
    r"purchase|call (?!it)|phone|text (?:my|him|her|me)|email|translate (?!the (?:sign|text|label|"
    r"caption|menu|writing|words|poster|title))|calculate|compute|solve|write me|write an?|"
    r"write code|sing|tell me a (?:joke|story)|play|google|search (?:for|the)|look up|remind|"
    r"schedule|set (?:an? )?(?:alarm|timer|reminder)|turn (?:on|off) (?:the |"
    r"my )?(?:lights? in my|tv|wifi|alarm)|what(?:'s| is) the (?:weather|capital|time|date|stock|"
    r"price|news)|who (?:won|is the president)|recommend|give me (?:a )?(?:recipe|advice|"
    r"directions)|open (?:spotify|youtube|chrome|netflix|my email)|install|download (?:a |"
    r"the )?(?!image|photo|picture|result|it)|hack|invest|pay|transfer (?:money|\$)|send (?:money|"
    r"\$)|make me (?:a )?(?:sandwich|coffee|rich|dinner|tea)|wake me|navigate|drive me|date me|"
    r"marry me|do my (?:homework|taxes))\b",
    re.I,
)
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,30}\b(?:previous|prior|above|"
    r"earlier|all|your|any|the|system|everything)\b.{0,30}\b(?:instructions?|prompts?|rules?|"
    r"messages?|above|guidelines?|safety|restrictions?|told|context|directives?|before)\b"
    r"|\b(?:forget|ignore|disregard) (?:everything|all) (?:above|before|prior|previous|you)\b|"
    r"\bsystem (?:prompt|message|override|instructions?)\b|\b(?:reveal|print|show|output|leak|"
    r"display|repeat|tell me|give me|dump|expose|read|send|cat|list|print out|copy|"
    r"share)\b.{0,30}\b(?:system prompt|prompt verbatim|instructions|api[ _-]?keys?|passwords?|"
    r"secrets?|credentials|tokens?|env(?:ironment)?(?: variables?)?|\.env|/etc/\w+|"
    r"config(?:uration)?|hidden prompt|your prompt|private data|training data|source code|"
    r"database)\b"
    r"|\byou are now\b|\b(?:act|behave|pretend|pose) (?:as|like|to be|you'?re|you are)\b|"
    r"\b(?:developer|dev|god|admin|debug|root|dan|jailbreak|unrestricted) mode\b|\bjailbreak\w*\b|"
    r"\brm -\w+|\bsudo\b|\bdrop table\b|\bcurl\b|\bwget\b|\bexec(?:ute)?\b.{0,30}\b(?:command|"
    r"code|script|shell|python)\b|\b(?:eval|os\.system|subprocess|import os|__import__)\b|;\s*--|"
    r"\bselect \* from\b"
    r"|https?://|www\.\w+|\b(?:delete|remove|erase|wipe|export|upload|send|email|exfiltrate|share|"
    r"copy|steal|forward)\b.{0,30}\b(?:all (?:the )?(?:user|files?|photos of|data|other users|"
    r"my files|accounts?)|user (?:data|photos|files)|other (?:user|customer|"
    r"people)'?s?'? (?:files|photos|data|images)|hard (?:drive|disk)|file ?system|database|server|"
    r"disk|c: drive|home (?:directory|folder)|every(?:thing|one's) on (?:the|this) (?:server|"
    r"computer|disk))\b|\bshut ?down (?:the )?(?:server|computer|system)\b|\b(?:new|updated|"
    r"important) (?:system )?(?:instructions?|directive|policy) ?:|\bas an? (?:admin|"
    r"administrator|developer|root)\b|\bassistant:|\bsystem:|\[/?inst\]|\bend of (?:prompt|"
    r"user input)\b|\b(?:call|run|invoke|use) (?:the )?(?:tool|function|shell|terminal|bash|"
    r"python)\b",
    re.I,
)
_FOREIGN = frozenset(
    "o os um uma uns umas da dos das na nas pelo pela para esquerda direita fundo cor azul "
    "vermelho imagem foto il lo gli dello della delle nel "
    "nella nello uno sfondo rosso rossa blu sinistra destra favore dall sul sulla het een op "
    "links rechts achtergrond naar maar lucht och fran "
    "det bilen bakgrunden til ikke og bort itu yang dengan latar belakang warna bir bu arka plan "
    "resim ve ile usun tlo na zmien niebo".split()
) - frozenset("a do no".split())
_FOREIGN_VERBS = frozenset(
    "rimuovi togli cambia aggiungi sostituisci sfoca rendi ritaglia elimina remova tira mude "
    "coloque troque adicione apague deixe desfoque "
    "verwijder maak verander voeg vervang ta fjern endre gor legg hapus ubah ganti tambahkan "
    "usun zmien dodaj sil kaldir degistir ekle".split()
) - frozenset("sil ta gor".split())
_TAG = re.compile(
    r"</?\|?[a-z_!?/|][^<>\n]{0,60}\|?>|<<[^<>\n]{0,40}>>|\{\{[^{}\n]{0,80}\}\}|\[/?(?:INST|SYS|SYSTEM|system|admin)\]",
    re.I,
)


def without_commands(text: str) -> tuple[str, bool]:
    """The text without markup and without sentences that command the machine, and whether any were found."""
    shown = _TAG.sub(" \n ", text)
    marked = shown != text
    kept: list[str] = []
    struck = False
    for part in re.split(r"(?<=[.!?;\n])\s+|\n+|;\s*", shown):
        pieces = re.split(
            r"\s*,?\s*\b(?:and then|then|and also|but also|also|and|but)\s+(?=[a-z]+ (?:the|a|an|my|his|"
            r"her|it|all|me|your|every|to|rm|this|out)\b)|,\s+(?=[a-z]+ (?:the|a|an|my|his|her|it|all|me|"
            r"your)\b)",
            part,
            flags=re.I,
        )
        good = [piece for piece in pieces if not _INJECTION.search(piece)]
        if len(good) == len(pieces):
            kept.append(part)
        else:
            struck = True
            kept.extend(good)
    if not struck:
        return (re.sub(r"\s*\n\s*", "\n", shown).strip() if marked else text), marked
    return "\n".join(piece for piece in kept if re.search(r"\w", piece)).strip(), True


def is_refused(text: str) -> bool:
    """Whether the request is for forgery, nudity or another harm."""
    return _REFUSE.search(text) is not None


def is_foreign(text: str) -> bool:
    """Whether two or more little words are of a language that cannot be translated here: guesses would destroy."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return len(_FOREIGN.intersection(words)) >= 2 or (len(words) <= 6 and len(_FOREIGN_VERBS.intersection(words)) >= 1)


def is_elsewhere(text: str) -> bool:
    """Whether the request is for something that has nothing to do with a picture."""
    return _ELSEWHERE.search(text) is not None


def is_unsupported(text: str) -> bool:
    """Whether the request is for video, sound, another viewpoint, or another program."""
    return _UNSUPPORTED.search(text) is not None


def chat(text: str) -> Step | None:
    """The step for a greeting, thanks, or a question that wants words and no edit; None for anything else."""
    text = text.strip()
    if _GREETING.match(text):
        return Step("other", None, "chat: greeting")
    if _THANKS.match(text):
        return Step("other", None, "chat: done, no action")
    if _PLEASED.match(text) or _REMARK.match(text):
        return Step("other", None, "chat: done, no action")
    if _EDIT_QUESTION.search(text) and not re.match(
        r"can you (?:see|tell|know|guess|recogni[sz]e|identify)\b", text, re.I
    ):
        return None
    if _HELP.match(text):
        return Step("other", None, "chat: answer")
    return None
