"""The words beside which something private stands, in six languages: alternatives of patterns."""

PARTICLE = "de|da|do|dos|das|del|la|bin|binti|bint|ben|ibn|el|al|wa|ould|van|von"

# Before a name, also one that is written small.
CALLED = (
    r"my name is|(?:his|her|whose|child'?s|boy'?s|girl'?s) name is|name'?s"
    r"|(?:girl|boy|child|kid|baby|woman|man|student|teacher) (?:called|named)"
    r"|jina (?:langu|lake|lako) ni|jina (?:langu|lake)|(?:ni)?naitwa|anaitwa|aitwaye|aitwae"
    r"|je m'?appelle|(?:il|elle|qui) s'?appelle|nommée?|prénommée?|mon nom est|son nom est"
    r"|me llamo|se llama|llamad[oa]|mi nombre es|su nombre es"
    r"|chamo-me|me chamo|chama-se|se chama|chamad[oa]|(?:o )?meu nome [ée]|nome del[ea] [ée]"
)
# What follows "is called" where it is no name.
COMMON = frozenset(
    """the a an this that on in at of it there not all and for by
    ni hii hiyo yule huyu wa ya kwa na
    le la les un une des ce cette cet sur dans comment pas
    el los las un una unos eso esto como asi
    o os as um uma isto isso não nao em ao
    guide guía guia programa programme community comunidad comunidade""".split()
)
TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Mme|Mlle|Sr|Sra|Srta|M)\.?|[Bb]wana|Bw\.|Bi\.?|Mzee|Monsieur|Madame"
    r"|[Dd]on|[Dd]oña|[Ss]eñora?|[Ss]enhora?|[Dd]ona"
)
AGE = (
    r"\d{1,2}\b(?!\s*(?:and|to|et|à|hadi|y|a|e)\b)|aged? \d|miaka \d|âgée? de \d|de \d{1,2} a[nñ]os"
)
# After a name that opens a sentence.
SAYS = (
    r"(?:says|said|told|is|was|has|lives|anasema|alisema|ana|yuko|anaishi|dit|est|a|vit|habite"
    r"|m'a|dice|dijo|me|es|está|tiene|vive|diz|disse|é|tem|mora)"
)
# A message about one person: then an unknown word with a capital is a name.
CASE = (
    r"he|she|his|her|him|hers|my (?:neighbou?r|daughter|son|niece|nephew|student|pupil|sister"
    r"|brother|friend)|(?:the|a) (?:father|mother|uncle|chief|boy|girl|stepfather)"
    r"|the child|i am|i'm|says|told me|spoke with|met|case ?worker"
    r"|yeye|wake|zake|yake|lake|chake|baba|mama|mtoto (?:anaitwa|aitwaye|wangu)|binti|jirani"
    r"|ana miaka|anasema|nilizungumza|tulikutana|mimi ni|mhudumu|mwenyekiti|mwanangu|mpeleke"
    r"|nimpeleke|kijana"
    r"|(?:elle|il) (?:est|a|habite|vit)|sa|mon|ma|mes|je suis|dit que|m'a dit|j'ai parlé"
    r"|rencontré|le père|la mère|le chef|le garçon|une? (?:fille|enfant)|assistante? sociale?"
    r"|ella|él|su|mi|mis|soy|dice que|me dijo|hablé|conocimos|el padre|la madre|el niño|la niña"
    r"|una? niñ[oa]|está (?:sol[oa]|embarazada)|trabajadora? social|el líder"
    r"|ela|ele|dela|dele|minha|meu|sou|diz que|disse-me|falei|conhecemos|o pai|a mãe|o menino"
    r"|a menina|uma menina|está (?:sozinh[oa]|grávida)|assistente social|o régulo"
    r"|هي|هو|ابنتي|ابني|جاري|جارتي|والدها|والده|أمها|عمرها|عمره|أنا|تكلمت|التقينا|تقول|يقول|أحيل"
    r"|بخصوص|الولد|البنت|الطفلة|طفلة|العاملة?|الشيخ|هربت|هرب|\d\d? سن(?:ة|وات)"
)
ID = (
    r"id(?:entity)?(?: card)?(?: number| no)?|passport|certificate|registration|case (?:number|no)"
    r"|file (?:number|no)|kitambulisho|cheti|pasipoti|usajili|namba ya shauri|shauri lake"
    r"|carte d'identité|acte de naissance|passeport|dossier|enregistrement|matricule"
    r"|dni|cédula|cedula|partida|pasaporte|expediente|registro|documento"
    r"|bilhete de identidade|certidão|certidao|passaporte|processo|registo|caso"
    r"|هوية|هويته|هويتها|شهادة|جواز|الملف|ملف|تسجيل"
)

_NOUN = (
    r"[Vv]illage|[Cc]ompound|[Ss]treet|[Rr]oad|[Aa]venue|[Ee]state|[Cc]amp|[Bb]lock|[Ss]lum"
    r"|[Kk]ijiji(?: cha)?|[Mm]taa(?: wa)?|[Kk]ata(?: ya)?|[Kk]ambi(?: ya)?"
    r"|[Qq]uartier|[Rr]ue|[Cc]amp de|[Hh]ameau"
    r"|[Aa]ldea|[Vv]ereda|[Bb]arrio|[Pp]ueblo|[Cc]alle|[Cc]aserío|[Cc]omunidad|[Cc]olonia"
    r"|[Aa]ldeia|[Bb]airro|[Rr]ua|[Pp]ovoação|[Ll]ocalidade"
    r"|(?:[EeÉé]cole|[Ss]hule|[Ee]scuela|[Ee]scola|[Cc]olegio|[Cc]olégio|[Ll]ycée|[Cc]ollège|[Ll]iceo"
    r"|[Ss]ekondari|[Oo]rphelinat|[Hh]ogar)"
    r"(?: (?:[Pp]rimaire|[Ss]econdaire|[Pp]rimaria|[Ss]ecundaria|[Pp]rimária|[Ss]ecundária"
    r"|ya [Mm]singi|ya [Ss]ekondari))?"
)
_OF = r"(?: (?:of|de|du|des|d'|do|da|das|dos|del|ya|wa|cha|el|la|las|los|les|le))*"
_SCHOOL = r"(?:Primary |Secondary |High |Nursery )?(?:School|Academy|College|Orphanage|Home|Clinic)"
_FROM = r"(?:from|kutoka|anatoka|du|es de la|es de|é da|é de|de la|des|au)"

_PERSON = (
    r"girl|boy|child|kid|baby|woman|man|mother|father|family|student|pupil|brother|sister|uncle"
    r"|aunt|teacher|chief|friend|neighbou?r|mtoto|msichana|mvulana|binti|kijana|mama|baba|mjomba"
    r"|fille|garçon|enfant|bébé|femme|homme|mère|père|famille|élève|frère|sœur|soeur|oncle|tante"
    r"|niña|niño|mujer|hombre|madre|padre|familia|alumna|alumno|tío|tía"
    r"|menina|menino|rapaz|rapariga|criança|mulher|homem|mãe|pai|família|aluna|aluno|tio|tia"
)
# A person, or one who lives or comes, and where: the word that follows is a place.
_ORIGIN = (
    rf"(?:\b(?i:{_PERSON}) (?:(?:who )?(?:is )?from|kutoka|de|d'|do|da)"
    r"|\b(?:[Ii]|s?he|they|we|who)(?:'m| am|'s| is| are|'re)? from"
    r"|\b(?:lives?|living|stays?|staying|born|comes?|came|fled|moved|grew up)"
    r" (?:in|at|from|to|near)"
    r"|\b(?:[Aa]na|[Nn]ina|[Ww]ana|[Tt]una|[Nn]a|a)(?:ishi|kaa|toka|toka mtaa wa|yeishi"
    r"|yetoka)(?: katika)?"
    r"|\b[Aa]natokea|\bkutokea"
    r"|\b(?:habite|habitent|vit|vivent|vis|loge) (?:à|au|en|a)"
    r"|\b(?:vient|viens|originaire) (?:de|d'|du)"
    r"|\b(?:vive|vivo|viven|reside) en|\b(?:viene|vengo|es|soy) de"
    r"|\b(?:mora|moro|vive|vivo|reside) (?:em|no|na)|\b(?:vem|venho|é|sou) d[eoa])"
)
_GAP = r"(?:(?<=')| )"
# What may follow there and is no place: a word that any message may hold.
NO_PLACES = frozenset(
    """home house school church mosque work town village city camp street abroad another other same
    different poor rural urban both each every many some these those their there here this that
    danger fear poverty conflict care family families parents children orphanage orphanages
    institution institutions shelter shelters homes camps streets slums residential foster
    kwenye katika ndani karibu mbali makao makazi kituo vituo taasisi kambi kambini barabarani
    orphelinat orphelinats institutions foyer foyers camps pauvreté précarité
    orfanato orfanatos instituciones hogares albergues campamentos pobreza
    instituições abrigos abrigo campos
    nyumbani shule shuleni kijijini mjini familia jamii kwake kwao peke watu watoto wazazi kwa
    maison ville village école rue famille loin nouveau retour peur moi
    casa escuela ciudad calle pueblo familia miedo nuevo donde aquí allí padres manera forma quien
    casa escola cidade rua família medo novo onde aqui perto longe pais pobreza pobreza
    estar quem minha meu nossa nosso""".split()
)


def places(capital: str) -> tuple[str, ...]:
    """Patterns of places with Latin letters; `capital` is one of a word with a capital.

    Group "all" is what is private; "name" what may turn out to be known to everybody.
    """
    run = rf"{capital}(?:\s+(?:de |la |las |los |da |do |das )?{capital})*"
    number = r"(?:,? (?:rue|calle|rua|street|house|n[o.º°]*)? ?\d+)?"
    return (
        rf"(?P<all>(?:\d+,? )?\b(?:{_NOUN}){_OF} ?(?P<name>{run}){number})",
        rf"(?P<all>(?P<name>\b{run}) (?:{_SCHOOL}|[Vv]illage|[Cc]ompound|[Ee]state|[Ss]lum)\b)",
        rf"(?P<all>\bSt\. (?P<name>{run}))",
        rf"(?P<all>\d+,? (?P<name>{run}) (?:Street|Road|Avenue|Lane)\b)",
        r"(?P<all>\b(?:Block|Camp|Zone|Plot|House) \d+\w?(?P<name>)"
        r"(?:,? (?:Camp|Block|Extension|Zone)(?: \d+\w?)?)*)",
        rf"\b{_FROM} (?P<all>(?!(?:the|a|my|our|this|that)\b)[a-zà-ÿ]{{4,}} village(?P<name>)\b)",
        rf"\b{_FROM} (?P<all>(?:village de|kijiji cha|vereda la|aldeia de)"
        r" [a-zà-ÿ]{4,}(?P<name>))",
        rf"(?P<all>\bquartier (?P<name>{run}))",
        rf"{_ORIGIN}{_GAP}(?P<all>(?P<name>(?P<origin>{run})))",
        rf"{_ORIGIN}{_GAP}(?P<all>(?P<name>(?P<small>[a-zà-ÿ]{{4,}})))\b",
        rf"\b(?P<who>{capital}) (?:of|from|kutoka|de|da|do) (?P<all>(?P<name>{run}))",
    )


CALLED_AR = (
    r"السيد|السيدة|الشيخ|الأستاذ|الأستاذة|اسمي|اسمها|اسمه|يدعى|تدعى|يُدعى|تُدعى"
    r"|واسمها|واسمه|المدعو|المدعوة"
)
TITLE_AR = r"أبو|أم|ابو|ام|السيد|السيدة|الشيخ|الأستاذ|الأستاذة"
COMMON_AR = frozenset(
    "على في من هو هي الدليل الكتاب البرنامج الذي التي هذا هذه القرية المدرسة الطفل الطفلة الآن"
    " اليوم أمس الزواج البيت السوق".split()
)
_WORD_AR = r"[\u0621-\u064a]+"
_STOP_AR = r"(?:في|من|على|إلى|عن|هي|هو|التي|الذي|ابتدائية|ثانوية|محلية|صغيرة|كبيرة|أخرى|قرب|أن)\b"
PLACES_AR = (
    rf"(?P<all>(?<![\u0621-\u064a])(?:قرية|مخيم|حي|شارع|بلدة|حارة)(?P<name>)\s+(?!{_STOP_AR}){_WORD_AR}"
    rf"(?:\s+(?!{_STOP_AR})ال{_WORD_AR})?(?:،? (?:شارع )?\d+)?)",
    rf"(?:ساكنة?|يسكن|تسكن|يعيش|تعيش|أعيش|أسكن|عايشة?) (?:في|ب) ?"
    rf"(?P<all>(?P<name>)(?!{_STOP_AR}){_WORD_AR})",
    rf"(?:ولد|بنت|فتاة|طفل|طفلة|البنت|الولد|الطفلة?|هو|هي|أنا) من "
    rf"(?P<all>(?P<name>)(?!{_STOP_AR}|{_WORD_AR}(?:ها|هم|ه)\b){_WORD_AR})",
    rf"(?P<all>(?<![\u0621-\u064a])(?:مدرسة|ثانوية|روضة|دار)(?P<name>)\s+ال{_WORD_AR}(?:\s+ال{_WORD_AR})?)",
)
