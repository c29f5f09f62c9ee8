"""Days that people name by today: today, yesterday, the day before, tomorrow, in every language in which we ask."""

from functools import cache

from flows.fold import fold

# By how many days from today. The CLDR has these words for half of our languages, and not as people type them.
_WORDS: dict[int, str] = {
    0: "today, just now, this morning, aujourd'hui, aujourdhui, ce matin, اليوم, النهارده, ዛሬ, ሎሚ, har'a, maanta, "
    "আজ, আজকে, අද, இன்று, இன்னைக்கு, आज, آج, ngayon, ngayong araw, leo, hoy, hoje, сегодня, бүгүн, бүгін, "
    "имрӯз, имруз, "
    "bugun, امروز, bugün, tey, hannde, androany, 今天, 今日, بۈگۈن, sot, danas, данас",
    -1: "yesterday, last night, hier, hier soir, أمس, امبارح, مبارح, البارحة, ትናንት, ትላንት, ትናንትና, ትማሊ, kaleessa, "
    "shalay, "
    "গতকাল, গতকালকে, কাল, কালকে, ඊයේ, நேற்று, நேத்து, हिजो, कल, کل, kahapon, jana, ayer, ontem, вчера, кече, "
    "кечээ, кеше, "
    "дирӯз, дируз, kecha, دیروز, dün, démb, demb, hanki, omaly, 昨天, تۈنۈگۈن, dje, juče, јуче, jučer",
    -2: "the day before yesterday, day before yesterday, 2 days ago, two days ago, avant-hier, "
    "il y a deux jours, أول أمس, "
    "اول امبارح, ከትናንት ወዲያ, ከትላንት በስቲያ, ቅድሚ ትማሊ, গত পরশু, পরশু, পরশুদিন, පෙරේදා, முந்தாநாள், अस्ति, परसों, "
    "پرسوں, juzi, "
    "anteayer, antes de ayer, anteontem, позавчера, мурдагүнү, мурдагы күнү, алдыңғы күні, парерӯз, پریروز, "
    "evvelsi gün, bërki-démb, berki demb, 前天, pardje, prekjuče, прекјуче",
    1: "tomorrow, demain, غدا, بكرا, بكرة, ነገ, ጽባሕ, boru, berri, আগামীকাল, কাল, কালকে, හෙට, நாளை, நாளைக்கு, "
    "भोलि, कल, کل, "
    "bukas, kesho, mañana, amanhã, завтра, эртең, ертең, пагоҳ, фардо, ertaga, فردا, yarın, suba, janngo, rahampitso, "
    "明天, ئەتە, nesër, sutra, сутра",
    2: "the day after tomorrow, day after tomorrow, in two days, après-demain, apres demain, بعد غد, بعد بكرا, "
    "ከነገ ወዲያ, "
    "আগামী পরশু, পরশু, পরশুদিন, අනිද්දා, நாளை மறுநாள், पर्सि, परसों, پرسوں, keshokutwa, pasado mañana, послезавтра, "
    "бүрсүгүнү, бүрсүгүні, пасфардо, پس فردا, öbür gün, ginnaaw suba, 后天, 後天, pasnesër, prekosutra, прекосутра",
}  # fmt: skip


def days_from_today(text: str) -> frozenset[int]:
    """By how many days from today a text names a day and says no more; two, "
    "where one word says yesterday and tomorrow.

    (কাল and कल are both: what is asked for decides.) Empty for anything else.
    """
    return _days().get(fold(text), frozenset())


@cache
def _days() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for days, words in _WORDS.items():
        for word in words.split(", "):
            found[fold(word)] = found.get(fold(word), frozenset()) | {days}
    return found
