"""Words that work anywhere, in every language, whatever was asked."""

from typing import Literal, get_args

from flows.fold import fold
from flows.model import Message

Command = Literal["back", "help", "who", "stop", "clear", "status", "human", "language", "forget", "new", "list"]

# Twilio answers STOP, CANCEL, END, QUIT, YES, HELP, INFO and START itself and may never pass them on, so by SMS
# `#` opens the same list by number (https://www.twilio.com/docs/messaging/guides/advanced-opt-out).
SIGNS: dict[str, Command] = {"*": "back", "#": "help", "?": "help"}
WORDS: dict[str, str] = {
    "en": "back | help menu | who | stop | clear | status | human person | language | forget | new start | list",
    "fr": "retour arrière | aide menu | qui | stop arrêter arrêt | effacer | statut état nouvelles | humain personne | "
    "langue | oublier | nouveau nouvelle | liste",
    "ar": "رجوع ارجع ارجعي السابق | مساعدة القائمة | من ماهذا | توقف توقفي قف | امسح امسحي مسح | الحالة حالة | "
    "شخص إنسان | لغة اللغة | انسى انسي انس احذف احذفي | جديد | قائمتي لائحتي",
    "am": "ተመለስ ተመለሺ ወደኋላ | እርዳታ እገዛ | ማን እናንተማን | አቁም አቁሚ | አጥፋ አጥፊ | ሁኔታ | ሰው | ቋንቋ | እርሳ እርሺ ሰርዝ ሰርዢ | አዲስ | "
    "ዝርዝር ዝርዝሬ",
    "es": "atras atrás anterior | ayuda | quien quién | parar | borrar | estado | persona | idioma | olvidar | nuevo | "
    "lista",
    "ru": "назад | помощь | кто | стоп | очистить | статус | человек | язык | забыть | новый | список",
    "zh": "返回 上一步 | 帮助 菜单 | 你们是谁 是谁 | 停止 停 | 清除 | 进度 状态 | 人工 真人 | 语言 | 忘记 删除 忘掉 | "
    "新的 重新开始 | 清单 列表",
    "sq": "mbrapa prapa kthehu | ndihmë | kush | ndalo ndal | fshi | gjendja statusi | njeri | gjuha gjuhë | harro | "
    "e-re fillo | lista",
    "sr": "nazad назад врати | pomoć помоћ | ko ко | stani стани | obriši обриши | stanje стање | "
    "osoba особа човек | jezik језик | zaboravi заборави | novo ново | spisak списак",
    "ky": "артка | жардам | ким силер-ким сиздер-ким | токто | тазала | абал | адам | тил | унут унутуу | жаңы | тизме",
    "kk": "артқа | көмек | кім | тоқта | тазала | жағдай | адам | тіл | ұмыт ұмыту | жаңа | тізім",
    "tg": "қафо ба-қафо | ёрӣ | кӣ кист | ист | тоза | ҳолат | одам | забон | фаромӯш | нав | рӯйхат",
    "wo": "dellu | ndimbal | kan | taxaw | far | status | nit | làkk | fàtte | bees | liste",
    "bn": "ফিরুন পেছনে | সাহায্য | আপনারাকে | থামুন | মুছুন | খবর | মানুষ | ভাষা | ভুলুন ভুলেযান | নতুন | তালিকা লিস্ট",
    "si": "ආපසු | උදව් උදව්ව | ඔබකවුද ඔබලාකවුද | නවත්වන්න | මකන්න | ආරංචි | මනුෂ්‍යයෙක් | භාෂාව | අමතක අමතකකරන්න | අලුත් | ලැයිස්තුව",
    "fil": "bumalik | tulong | sinokayo | tigil | burahin | balita | kausap | wika | kalimutan | bago | listahan",
    "sw": "rudi | msaada | ninyininani | simamisha | futa | hali | mtu | lugha | sahau | mpya | orodha",
}
"""What each language (ISO 639) calls the commands, in the order of `Command`."""
NAMES = frozenset({"ким", "kan", "ko"})
"""What asks who we are, and is how somebody may be called: where a name is asked for it is one."""

MENU: tuple[Command, ...] = ("back", "who", "human", "status", "list", "language", "new", "clear", "forget", "stop")
"""What the help list offers, in its order."""


def _plain(text: str) -> str:
    return fold(text).replace(" ", "") or text.strip()


_SAID: list[tuple[str, str, Command]] = [
    (_plain(word), language, command)
    for language, said in WORDS.items()
    for command, words in zip(get_args(Command), said.split("|"), strict=True)
    for word in words.split()
]
_BY_WORD: dict[str, Command] = {word: command for word, _, command in _SAID} | {
    _plain(sign): command for sign, command in SIGNS.items()
}


LONGEST = 24
"""Characters of a message that can be a command."""
BUTTON = "command"
"""What a button that is a command is about: `command=back`."""


def may_be_a_name(text: str) -> bool:
    """Whether a command's word is also what somebody is called."""
    return fold(text) in NAMES


def command_of(message: Message) -> Command | None:
    """Which command a message is, if it is one.

    On a page the commands are buttons: what is typed there is an answer, also when somebody is called Back.
    """
    about, _, pressed = message.button.partition("=")
    if about == BUTTON:
        return next((command for command in get_args(Command) if command == pressed), None)
    return None if message.manner == "assisted" else recognise(message.text)


def recognise(text: str) -> Command | None:
    """Which command a whole message is, if it is one: `HELP`, `/help`, `aide`, `#` and `مساعدة` are all `help`."""
    return _BY_WORD.get(_word(text)) if 0 < len(text) <= LONGEST else None


def languages_of(text: str) -> tuple[str, ...]:
    """The languages (ISO 639) in which a message is a command, as they stand here; none for a sign."""
    return tuple(language for word, language, _ in _SAID if word == _word(text)) if len(text) <= LONGEST else ()


def _word(text: str) -> str:
    return _plain(text.split("@", 1)[0].split()[0] if text.startswith("/") else text)
