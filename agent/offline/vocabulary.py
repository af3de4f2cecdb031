"""What words mean for editing: places, styles, weathers, garments, materials, flaws, tones. Patterns only."""

from __future__ import annotations

import re
from functools import lru_cache


def _any(text: str) -> str:
    lines = [line.strip().strip("|") for line in text.split("\n")]
    return "(?:" + "|".join(line for line in lines if line) + ")"


IMAGE = (
    r"(?:(?:the |this |that |my |our |your |an? |these |those )?(?:whole |entire |complete |overall |full |attached |"
    r"original |old |first |current |all |black and white |b&w |vintage |family |wedding |given |new |general )*"
    r"(?:image|picture|photo|photograph|pic|pics|photos|pictures|images|foto|shot|snapshot|scene|everything|frame|"
    r"selfie|portrait|painting above|screenshot|canvas|photo's|image's|img|headshot|jpeg|jpg|png|thing as a whole)"
    r"(?: (?:overall|as a whole|itself|below|above|here|attached|file))?|(?:the )?(?:overall|"
    r"whole|entire) (?:thing|lot))"
)
BACKGROUND = (
    r"(?:(?:the |this |that |my |its |a |their |his |her )?(?:whole |entire |current |image |photo |picture |image's |"
    r"photo's |[\w']+'s |(?:plain |busy |boring |ugly |white |black |blue |green |gr[ea]y |red |messy |existing |"
    r"distracting |old |original |studio |blurry )+)?(?:back ?grounds?|backdrops?|bg|back-ground|backround|"
    r"surroundings)(?: (?:of|in|from|behind|around) (?:the |this |my |that )?[\w' -]{1,60})?)"
)
PRONOUN = r"(?:it|this|that|them|these|those|him|her|they|he|she|the same|one)"
PLACE = _any(
    r"""beach|forest|woods|jungle|desert|mountains?|city|cityscape|skyline|street|park|garden|office|studio|kitchen|
    bedroom|living room|library|castle|stadium|field|meadow|lake|river|ocean|sea|seaside|space|outer space|moon|mars|
    island|village|farm|school|classroom|church|temple|desert|canyon|cave|bridge|cafe|restaurant|bar|club|gym|pool|
    airport|station|subway|harbou?r|volcano|waterfall|rainforest|countryside|paris|new york|london|tokyo|rome|
    times square|hawaii|egypt|galaxy|underwater|hotel|museum|playground|snow|savannah?|dunes?|coast|shore|valley|
    hills?|cliff|arena|court|pitch|stage|theat(?:er|re)|market|mall|store|supermarket|warehouse|gallery|road|highway|
    room|house|countertop|wonderland|landscape|scenery|vineyard|orchard|barn|ranch|prairie|swamp|glacier|arctic|
    antarctica|eiffel tower|taj mahal|great wall(?: of china)?|golden gate(?: bridge)?|statue of liberty|big ben|
    colosseum|pyramids|niagara falls|grand canyon|mount \w+|white house|venice|amsterdam|japan|italy|france|
    iceland|greece|disneyland|las vegas|hollywood|ruins|palace|mansion|cathedral|carnival|amusement park|zoo|
    aquarium|laboratory|spaceship|hospital"""
)
WEATHER = _any(
    r"""night(?:[- ]?time)?|day(?:[- ]?time)?|day[- ]?light|sun ?set|sun ?rise|dusk|dawn|twilight|golden hour|blue hour|
    evening|morning|noon|midnight|afternoon|winter(?:y|time)?|summer(?:y|time)?|autumn(?:al)?|fall|spring(?:time)?|
    snow(?:y|ing|fall|ed|storm)?|rain(?:y|ing|fall|storm|ed)?|storm(?:y)?|fog(?:gy)?|mist(?:y)?|cloudy|sunny|
    overcast|haz[ey]+|wind(?:y)?|thunder(?:storm)?s?|lightning|christmas(?:sy|time)?|halloween|blizzard|drizzle|
    sandstorm|moonlight|moonlit|sunlit|sunshine|sunlight|stormy weather|sun is setting"""
)
STYLE = (
    _any(
        r"""oil[- ]paint(?:ing|ed)?|water ?colou?rs?(?: painting)?|sketch(?:ed|ing|es)?|drawings?|(?:pencil|
    charcoal|ink|line|black and white) (?:sketch|drawing)|cartoon(?:ish|y)?s?|anime|manga|comic(?: ?book)?|ghibli|
    pixar|disney|
    lego|claymation|clay|pixel[- ]?art|8[- ]?bit|16[- ]?bit|pop[- ]?art|van gogh|picasso|monet|warhol|dali|rembrandt|
    hokusai|impressionis[tm]\w*|cubis[tm]\w*|expressionis[tm]|surrealis[tm]\w*|surreal|vintage|retro|polaroid|
    film(?: grain| noir| photo| look)?|cyber ?punk|steam ?punk|vapou?rwave|synthwave|noir|line[- ]?art|ukiyo-?e|
    stained[- ]glass|mosaic|low[- ]?poly|vector(?: art)?|origami|graffiti|charcoal|crayons?|engraving|woodcut|
    3d(?: render| animation)?|cinematic|abstract|minimalist(?:ic)?|art deco|art nouveau|gothic|baroque|renaissance|
    medieval|neon|hdr|dreamy|dreamlike|lomo\w*|painting|painterly|illustration|poster|fantasy|fairy ?tale|
    sci-?fi|futuristic|horror|spooky|old[- ]fashioned|old school|nostalgic|film[- ]?like|kodachrome|instagram|
    sin city|simpsons?|rick and morty|minecraft|video game|gta|matrix|blueprint|tapestry|embroider(?:y|ed)|
    knitted|felt|paper ?cut|papercraft|doodle|chalk(?: drawing)?|pastel(?: drawing)|pointillis[tm]|tattoo|sticker|
    emoji|magazine(?: cover)?|movie(?: poster)?|album cover|postcard|newspaper|daguerreotype|tilt[- ]shift|
    double exposure|glitch(?:y)?|x-ray|infrared|thermal|halftone|risograph|psychedelic|trippy|hologra\w+|
    concept art|realistic|photorealistic|photo-realistic|hyper-?realistic|cross[- ]stitch|chibi|caricature|1[89]\d0s|
    [2-9]0s|bauhaus|isometric|line drawing|sculpture style|miniature|diorama|action figure"""
    )
    .replace("\n", "")
    .replace("    ", "")
)
STYLE_NOUN = (
    r"(?:styles?|looks?|filters?|effects?|aesthetics?|vibes?|feel|feeling|mood|atmosphere|theme|tones|version|"
    r"ambian?ce|rendering|treatment|grade|grading|preset|overlay)"
)
BLACK_WHITE = (
    r"(?:black[- ]?(?:and|&|n)[- ]?white|b ?(?:&|n|/|and) ?w|gr[ae]y[- ]?scale|monochrom(?:e|atic)|sepia|"
    r"white and black|colou?rless|desaturated)"
)
CLOTHES = _any(
    r"""clothes|clothing|outfit|suit|tuxedo|dress|shirt|t-?shirt|tee|blouse|sweater|jumper|hoodie|jacket|coat|jeans|
    pants|trousers|shorts|skirt|uniform|costume|robe|gown|swimsuit|bikini|kimono|sari|armou?r|vest|pyjamas|pajamas|
    cardigan|raincoat|tracksuit|attire|leggings|overalls|polo|tank top|spacesuit|wedding dress|business suit"""
)
ACCESSORY = _any(
    r"""(?:sun)?glasses|goggles|hats?|caps?|crowns?|tiaras?|helmets?|necklaces?|scarf|scarves|ties?|bow ?ties?|
    watch(?:es)?|earrings?|gloves?|belts?|masks?|wigs?|bracelets?|rings?|headphones?|backpack|cape|beanie|beret|
    bandana|headband|mittens|socks|boots|shoes|sneakers|sandals|bow|ribbon|collar|veil|apron|beard|mustache|moustache|
    flower|badge|medal|brooch|turban|hijab|fedora|eyepatch|monocle"""
)
MATERIAL = _any(
    r"""wood(?:en)?|glass|metal(?:lic)?|stone|marble|leather|plastic|rubber|gold(?:en)?|silver|bronze|copper|brass|steel|
    iron|ceramic|porcelain|clay|paper|cardboard|concrete|brick|ice|crystal|diamond|velvet|silk|cotton|wool(?:en)?|
    denim|
    fur(?:ry)?|felt|lace|linen|chrome|titanium|granite|jade|ivory|bamboo|wicker|straw|sand|chocolate|candy|jelly|foam|
    fabric|cloth|knit(?:ted)?|suede|satin|carbon fib(?:er|re)|tile|terracotta|oak|walnut|pine|mahogany|rattan|wax|
    neon|
    feathers?|lego|origami|slate|quartz|gum|cork|tweed|plaid|mesh"""
)
FLAW = _any(
    r"""noise|noisiness|grain(?:iness)?|haze|haziness|fog|mist|rain(?:drops?| ?streaks?)?|(?:motion |
    gaussian )?blur(?:riness)?|
    scratch(?:es)?|creases?|tears?|rips?|cracks?|fold(?:s| lines?| marks?)?|wrinkles?|acne|pimples?|zits?|
    blemish(?:es)?|spots? on (?:his|her|my|the) (?:face|skin|forehead|cheeks?|nose|chin)|freckles?|
    dust(?: specks?| spots?)?|specks?|
    smudges?|stains?|imperfections?|flaws?|defects?|artifacts?|artefacts?|jpe?g artifacts?|pixelation|red[- ]?eyes?|
    redness|damage|moire|moiré|chromatic aberration|purple fring(?:e|ing)|color fringing|lint|dirt|fingerprints?|
    water (?:damage|stains?|marks|spots)|crow'?s feet|dark circles|bags under (?:his|her|my|the|their) eyes|eye bags|
    double chin|blotch(?:es|iness)?|marks on (?:his|her|my|the) (?:face|skin)|scuffs?|shine on (?:his|her|my|the) \w+|
    static|compression|distortion|lens distortion|vignett(?:e|ing)|discolou?ration|fading|yellowing|mold|mould|
    stray hairs?|flyaways?|flyaway hairs?|pet hair|scars?|low quality|graininess|hot pixels|dead pixels|banding"""
)
WRITING = _any(
    r"""water ?marks?|text|texts|words?|captions?|subtitles?|writing|lettering|letters|time ?stamps?|date ?stamps?|
    date(?: in the corner)?|copyright(?: notice)?|handwriting|typography|username|url|website|hashtags?|
    font|titles?|inscription|typing|watermark text|stock text|number in the corner"""
)
PRIVATE = _any(
    r"""(?:licen[cs]e |number |car |registration )?plates?(?: numbers?)?|(?:last |first |sur|user|real |full )?names?|
    addresse?s?|phone(?: numbers?)?|e-?mails?(?: address(?:es)?)?|(?:credit |debit )?card numbers?|passwords?|
    account numbers?|serial numbers?|ssn|social security numbers?|id numbers?|signatures?|barcodes?|qr codes?|
    telephone numbers?|house numbers?|personal (?:info|information|data|details)|sensitive (?:info|information|
    data|details)|
    name (?:badge|tag|plate)s?|id badges?|badges?|date of birth|birth ?date|dob|order number|tracking number|iban|
    passport number|numbers?|vin|plates?|license"""
)
FACE = r"(?:faces?|people|persons?|eyes|identity|kids?|child(?:ren)?|man|woman|women|men|bystanders?|strangers?)"
QUANTITY = _any(
    r"""brightness|brightess|exposure|lightness|luminosity|luminance|contrast|saturation|vibrance|vibrancy|
    colou?r (?:intensity|saturation|temperature|balance|vibrancy|temp)|warmth|temperature|temp|white ?balance|
    tint|hue|
    sharpness|clarity|details?|definition|shadows?|highlights?|blacks|whites|mid-?tones|gamma|levels|curves|
    lighting|lights?|light level|dynamic range|tones?|colou?rs?|colou?ring|vividness|luminousness|crispness|
    color scheme|glare|glow|shine|sparkle|shimmer|lust(?:re|er)|brilliance|radiance|
    drama|punch|depth|softness|richness|intensity|darkness|
    gloss(?:iness)?|texture"""
)
TONE = _any(
    r"""bright(?:er|est|ened)?|dark(?:er|est|ened)?|light(?:er|est|ened)?|dim(?:mer|med)?|dull(?:er)?|vivid|vibrant|colou?rful|
    saturated|desaturated|unsaturated|muted|faded|warm(?:er|est)?|cool(?:er|est)?|cold(?:er)?|sharp(?:er|est)?|
    sharpened|
    crisp(?:er|y)?|contrasty|contrasted|punch(?:y|ier)|dramatic|mood(?:y|ier)|soft(?:er)?|gloom(?:y|ier)|shin(?:y|
    ier)|
    gloss(?:y|ier)|matte?|natural|washed[- ]out|flat(?:ter)?|rich(?:er)?|intense|glow(?:y|ing)|radiant|sparkl(?:y|
    ing|ier)|
    high[- ]contrast|low[- ]contrast|well[- ]lit|backlit|lit up|over-?exposed|under-?exposed|bold(?:er)?|lively|
    livelier|
    subtle(?:r)?|deep(?:er)?|pale(?:r)?|bleak|cheerful|neutral|(?:red|green|blue|yellow|purple|pink|orange|
    brown)+(?:d?ish|d?er)|
    bluer|greener|redder|pinker|whiter|blacker|yellower|tanned|tanner|pop|stand out|gleam(?:ing)?|shine|eye-catching|
    golden|airy|evenly lit|balanced|cooler toned|warmer toned|somber|sombre|brillian\w+"""
)
SIZE = _any(
    r"""bigger|larger|smaller|tinier|taller|shorter|longer|wider|thinner|slimmer|skinnier|narrower|thicker|fatter|
    chubbier|huge|tiny|giant|gigantic|enormous|massive|big|small|large|tall|short|long|wide|thin|slim|skinny|fat|
    thick|narrow|twice as (?:big|large|tall|wide|long)|half (?:the|its|as) (?:size|big|large|tall)|double the size|
    (?:twice|double|half) (?:the|its|their|that|this|of that|the current) (?:size|height|width)|(?:half|twice|
    double) as (?:big|large|small)|life-?size|miniature|oversized|more muscular|buff|
    muscular|heavier|bulkier|buffer|\d+ ?(?:%|percent|x|times) (?:bigger|larger|smaller|taller|the size)|
    (?:two|three|four|ten) times (?:bigger|larger|smaller|as big|the size)|the same size(?: as .+)?"""
)
QUALITY = _any(
    r"""(?:high(?:er)?|better|hi|good|best|full|ultra|great)[- ]?(?:res(?:olution)?|quality|def(?:inition)?)|hd|
    uhd|4k|8k|hq|
    clear(?:er)?|better|nicer|prettier|great|good|professional(?:[- ]looking)?|cleaner|clean|amazing|awesome|perfect|
    beautiful|less (?:blurry|grainy|noisy|pixelated|hazy|foggy|fuzzy|blurred)|
    not (?:so )?(?:blurry|grainy|noisy|pixelated|hazy|foggy|fuzzy|blurred)|unblurr(?:y|ed)|in focus|focus(?:s)?ed|
    new|like new|
    readable|legible|smooth(?:er)?|sharper and clearer|presentable|visible|more visible|more detailed|detailed|
    more clear|more focused|symmetric(?:al)?|tidy|neat|uniform|aligned|more professional|more readable|
    more legible|unpixelated|not pixelated|pop more"""
)
BLURRED = (
    r"(?:blurr?(?:y|ier|ed)(?: out)?|out[- ]of[- ]focus|unfocus(?:s)?ed|defocus(?:s)?ed|fuzzy|fuzzier|bokeh|"
    r"unsharp|hazy)"
)
POSE = _any(
    r"""smil(?:e|ing)|laugh(?:ing)?|frown(?:ing)?|cry(?:ing)?|wink(?:ing)?|blink(?:ing)?|open|opened|closed?|shut|awake|
    asleep|sleep(?:ing)?|happ(?:y|ier)|sad(?:der)?|angr(?:y|ier)|mad|surprised|scared|serious|younger|older|old|
    young|pregnant|jump(?:ing)?|
    run(?:ning)?|walk(?:ing)?|sit(?:ting)?(?: down)?|stand(?:ing)?(?: up)?|lie|lying|lay(?:ing)?|kneel(?:ing)?|
    fly(?:ing)?|danc(?:e|ing)|wav(?:e|ing)|
    look(?:ing)?|fac(?:e|ing)|eat(?:ing)?|drink(?:ing)?|hold(?:ing)?|kiss(?:ing)?|hug(?:ging)?|point(?:ing)?|
    rais(?:e|ing)|bend(?:ing)?|swim(?:ming)?|turn(?:ing)?|read(?:ing)?|throw(?:ing)?|catch(?:ing)?|climb(?:ing)?|
    sing(?:ing)?|play(?:ing)?|yawn(?:ing)?|bark(?:ing)?|bit(?:e|ing)|lick(?:ing)?|stretch(?:ing)?|roll(?:ing)?|
    move|moving|appear open|on|off|turned (?:on|off|around)|upright|straight|handsome|pretty(?:er)?|attractive|hot|
    sexy|cute(?:r)?|cool|tired|excited|bored|confident|nervous|confused|shocked|grumpy|thumbs up|alive|
    carry(?:ing)?|crouch(?:ing)?|lean(?:ing)?|rid(?:e|ing)|driv(?:e|ing)|show(?:ing)?|bow(?:ing)?|relax(?:ed|ing)?|
    \d+ years (?:older|younger)|(?:few|couple of) years (?:older|younger)"""
)
DEGREE = (
    r"(?:(?:just |only |maybe |perhaps |even )*(?:a (?:little|tiny|wee|small)? ?(?:bit|touch|tad|"
    r"lot|little|smidge|shade|hair|"
    r"notch|tiny bit)(?: bit)?|slightly|somewhat|much|way|far|more|less|very|really|super|extra|"
    r"so|too|even|quite|pretty|"
    r"extremely|significantly|considerably|a couple of shades|two shades|\d+ ?%|\d+ percent|\d+ times|"
    r"noticeably|subtly|dramatically|totally|completely|fully|all|not as|not so|not too|kind of|kinda|bit|"
    r"as|rather|most|the|moderately|ever so slightly) ?)*"
)
POSITION = (
    r"(?:(?:a (?:little|bit|tad|touch|lot|little bit) |slightly |much |even |way |further |farther |more |over |just |"
    r"all the way |\d+ ?(?:px|pixels|%|percent|cm|inches) )*(?:to (?:the|its|her|his) |"
    r"towards? (?:the )?|on the |at the |in the |"
    r"into the )?(?:very )?(?:far |upper |lower |top |bottom |front |back )*(?:left|right|up|down|"
    r"upwards?|downwards?|forwards?|"
    r"backwards?|back|cent(?:er|re)|middle|top|bottom|front|higher|lower|closer|nearer|further|"
    r"farther|away|apart|together|"
    r"foreground|background|left-?hand side|right-?hand side|corner|in|out|edge|side)"
    r"(?: (?:side|corner|edge|away|back|left|right|up|down|of .+|from .+|to .+|in .+|a bit|a little|slightly|more))*)"
)

GONE = _any(
    """gone|disappear(?:ed)?|vanish(?:ed)?|invisible|go away|removed|deleted|erased|absent|be gone|not there|go"""
)
HUES = (
    "red",
    "green",
    "blue",
    "yellow",
    "purple",
    "pink",
    "orange",
    "brown",
    "white",
    "black",
    "gr[ae]y",
    "gold",
    "teal",
    "beige",
)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The re module forgets compiled patterns after a few hundred; these are long and asked for again and again."""
    return re.compile(pattern, re.IGNORECASE)


def full(pattern: str, text: str) -> bool:
    """Whether the whole text matches the pattern, whatever its case."""
    return _compiled(pattern).fullmatch(text.strip()) is not None


def found(pattern: str, text: str) -> re.Match[str] | None:
    """The first place where the pattern matches whole words."""
    return _compiled(rf"(?<![\w-]){pattern}(?![\w-])").search(text)


def is_image(phrase: str) -> bool:
    """Whether a phrase means the picture as a whole."""
    return full(IMAGE, phrase)


def is_background(phrase: str) -> bool:
    """Whether a phrase means the background."""
    return full(BACKGROUND, phrase)


def is_pronoun(phrase: str) -> bool:
    """Whether a phrase only points back to something named before."""
    return full(PRONOUN, phrase)
