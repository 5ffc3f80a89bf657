"""What is not in the language of the interview: other scripts, and sentences in other languages that use Latin letters."""

import re
import unicodedata
from functools import cache

from app.engines.flags.clean import script
from app.engines.segment import sentences

#: A foreign sentence has this many letters at least; inside an English one, a stretch has more words or letters than a name.
_LETTERS = 4
_WORDS_INSIDE, _LETTERS_INSIDE = 3, 15
#: Scripts that need few letters for a word, and put nothing between words.
_DENSE = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"})
_DENSE_INSIDE = 6

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: Small words of English; those that are frequent in another language as well are left out.
_ENGLISH = frozenset(
    """the and of is it that this with for are was be not you your my from have has had would should could can will which what
    when where why how who they them their there then than if but because so such each every all any some only just more most
    less least very too also into over under about after before while between both does did i'd i'll i'm it's don't isn't that's
    doesn't won't can't we we'd our us he she his her its these those been were by at or as i a an to in on no do""".split()
)
#: Small words of other languages that are hardly ever English ones.
_OTHERS = {
    "German": """der das und ist nicht ein eine einen einem einer zu mit auf für von dem den des sich auch wird werden sind wie
        aber oder wenn bitte alle alles ich du sie wir ihr mein dein sein kann muss soll hat haben bei nach aus dass als
        noch nur schon diese dieser dieses jeden jede jeder bereits hier im zum zur am vom über durch keine kein gib""",
    "French": """le la les des une est et dans pour que qui ce cette ces avec sur pas plus vous je il elle nous ils tout tous
        toute toutes être avoir sont du au aux son sa ses leur ont mais ou où donc par de doit veuillez merci votre vos
        cela il chaque été fait n'est c'est j'ai l'ensemble qu'il d'une d'un tu ton réponse""",
    "Spanish": """el la los las una es y en para que con por como pero más este esta estos todo todos toda todas se su sus le lo
        del al no sin ya muy está son ser hay debe favor cada usted eres tu mi nota respuesta ha han sobre cuando si
        porque""",
    "Italian": """il lo gli le una è e di che per con non come ma più questo questa questi tutti tutte tutto sono della delle dei
        del nel nella alla al da si ha hanno essere deve ogni anche risposta punteggio tuo sua suo favore perché""",
    "Portuguese": """o os as um uma é e de que para com não como mas mais este esta isso todos todas tudo são da do das dos na no
        nas nos ao à se seu sua por favor deve cada você já foi está resposta nota também pela pelo ser""",
    "Dutch": """de het een en van is dat niet op te voor zijn er maar aan ook als dit deze naar bij wordt worden alle alles je
        jij hij wij ik mijn jouw heeft hebben kan moet zal geen nog alleen elke ieder graag antwoord u uw""",
    "Nordic": """och att det som är inte på för med av den ett en har jag du vi alla detta denna ska kan från till om men eller
        så varje svar ikke og er til af på jeg alle dette skal har være som hvert kandidaten vær""",
    "Finnish": """ja on ei se että tämä ovat kaikki mutta myös kuin vain joka jos niin tai hän minä sinä ole anna täyden täydet
        pisteet vastaus vastauksen jokainen kohta merkitse hyväksy ota huomioon""",
    "Polish": """i w na z do nie się że jest to są jak ale lub dla od po przez wszystkie wszystko każdy każde tego ten ta te
        proszę odpowiedź jako już tylko bez oraz być kandydat punkt kryterium""",
    "Czech": """a je na se že v s z do pro jako ale nebo všechny vše každý každé tento tato toto prosím odpověď už jen bez být
        jsou kandidát byla byl bylo podle který""",
    "Romanian": """și în la cu de pe nu este sunt ca dar sau pentru din toate tot fiecare acest această vă rog răspuns fără fi a
        fost candidatul care prin""",
    "Hungarian": """a az és hogy nem egy van ez is de vagy minden meg csak már ki kell legyen válasz kérem kérjük összes pont
        jelölt pontot teljes fel""",
    "Turkish": """ve bir bu için ile da de ne gibi ama veya her tüm bütün olarak lütfen değil yanıt cevap puan var çok daha en
        olan tam ver kabul et sonra aday""",
    "Vietnamese": """và là của các một không được cho trong này với những có đã hãy tất cả mọi vui lòng điểm câu trả lời
        người thì như để đều ứng viên tiêu chí""",
    "Indonesian": """dan yang di ini itu dengan untuk dari pada tidak semua adalah akan juga ke oleh sebagai harap mohon jawaban
        nilai berikan setiap telah sudah kandidat bisa anda kriteria penuh""",
    "Tagalog": "ang ng sa mga na ay at ito hindi para kung lahat po kayo siya niya bawat sagot puntos ibigay",
    "Swahili": "na ya wa kwa ni katika hii hizo yote zote kila tafadhali jibu alama mpe toa ame kuwa bila",
    "Latin": "et est non ad cum ut sed quod qui omnia omnes hoc ab ex pro sunt quam atque nec haec da omnibus",
    "Catalan": """el la els les una és i amb per que no com però més aquest aquesta tots totes tot són del al sense cada
        resposta""",
    "Esperanto": "la kaj estas ne al de en por kun ĉiuj ĉi tiu respondo bonvolu kiel ke sed poentojn",
}
#: Words of those that terse English answers hold as well: pro and con, non-linear, et al., plus, sin, var.
_ENGLISH_TOO = frozenset("non con pro plus var son ten men sin sur ex ad et al hat den er mi sus come sea set om es".split())
#: Of so many words, so large a share are small words of one other language, and more than there are English ones.
_FEWEST, _SHARE = 4, 0.2


def foreign(text: str) -> list[tuple[int, int]]:
    """Sentences that are plainly not English, and long stretches in another script inside sentences that are."""
    found: list[tuple[int, int]] = []
    for sentence in sentences(text):
        strange = [] if sentence.text.isascii() else _strange_words(sentence.text)
        letters = sum(count for _, _, count, _ in strange)
        latin = sum(char.isalpha() for char in sentence.text) - letters
        if (letters >= _LETTERS and letters > latin) or _another_language(sentence.text):
            found.append((sentence.start, sentence.end))
        elif letters:
            found += [(sentence.start + a, sentence.start + b) for a, b in _stretches(sentence.text, strange)]
    return found


def _strange_words(text: str) -> list[tuple[int, int, int, str]]:
    """Words in other scripts, with their letters and their script; a Greek letter or two are a symbol."""
    words = []
    for match in re.finditer(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0590-\u0dff\u0e31-\u0e4e])*", text):
        if match[0].isascii():
            continue
        letters = [char for char in match[0] if char.isalpha() and unicodedata.decomposition(char)[:1] != "<"]
        other = [char for char in letters if _script(char) not in ("LATIN", "MODIFIER", "?", "MICRO", "DOUBLE")]
        if len(other) <= len(letters) / 2 or (_script(other[0]) == "GREEK" and len(other) < 3):
            continue
        words.append((*match.span(), len(other), _script(other[0])))
    return words


@cache
def _script(char: str) -> str:
    return script(char)


def _stretches(text: str, words: list[tuple[int, int, int, str]]) -> list[tuple[int, int]]:
    """Runs of strange words, with no Latin word between, that are longer than a name or a quoted term."""
    runs: list[list[tuple[int, int, int, str]]] = []
    for word in words:
        if runs and not any(char.isalpha() for char in text[runs[-1][-1][1] : word[0]]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [(run[0][0], run[-1][1]) for run in runs if _long(run)]


def _long(run: list[tuple[int, int, int, str]]) -> bool:
    letters = sum(count for _, _, count, _ in run)
    if run[0][3] in _DENSE:
        return letters > _DENSE_INSIDE
    return (len(run) >= _WORDS_INSIDE and letters >= _LETTERS_INSIDE // 2) or (len(run) > 1 and letters >= _LETTERS_INSIDE)


@cache
def _small_words() -> list[frozenset[str]]:
    # A single letter may be a variable or a unit.
    return [frozenset(word for word in words.split() if len(word) > 1) - _ENGLISH - _ENGLISH_TOO for words in _OTHERS.values()]


def _another_language(text: str) -> bool:
    """Whether small words of some other language outnumber those of English by far."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(unicodedata.normalize("NFKC", text))]
    if len(words) < _FEWEST:
        return False
    english = sum(word in _ENGLISH for word in words)
    if english > 0.25 * len(words):
        return False
    other = max(sum(word in small for word in words) for small in _small_words())
    accented = sum(len(word) > 2 and not word.isascii() and all(_script(char) == "LATIN" for char in word) for word in words)
    enough = max(2, _SHARE * len(words))
    return (other >= enough and other > 2 * english) or (
        # Languages that say with endings what others say with small words: letters that English has not.
        english == 0 and other + accented >= max(2, 0.3 * len(words)) and accented >= 2
    )
