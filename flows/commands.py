"""Words that work anywhere, in every language, whatever was asked."""

from typing import Literal, get_args

from flows.fold import fold
from flows.model import Message

Command = Literal["back", "help", "who", "stop", "clear", "status", "human", "language", "forget", "new", "list"]

# Twilio answers STOP, CANCEL, END, QUIT, YES, HELP, INFO and START itself and may never pass them on, so by SMS
# `#` opens the same list by number (https://www.twilio.com/docs/messaging/guides/advanced-opt-out).
WORDS: dict[Command, str] = {
    "back": "back retour arrière رجوع ارجع ارجعي السابق ተመለስ ተመለሺ ወደኋላ * atras atrás назад ফিরুন পেছনে ආපසු bumalik "
    "rudi 返回 артка артқа kthehu врати",
    "help": "help aide menu مساعدة القائمة እርዳታ እገዛ # ? ayuda помощь সাহায্য උදව් උදව්ව tulong msaada 帮助 жардам көмек "
    "ёрӣ ndimbal ndihmë помоћ",
    "who": "who qui من ماهذا ማን እናንተማን quien quién кто আপনারাকে ඔබකවුද sinokayo ninyininani 你们是谁",
    "stop": "stop arrêter arrêt توقف توقفي قف አቁም አቁሚ parar стоп থামুন නවත්වන්න tigil simamisha 停止 ndal",
    "clear": "clear effacer امسح امسحي مسح አጥፋ አጥፊ borrar очистить মুছুন මකන්න burahin futa 清除",
    "status": "status statut état nouvelles الحالة حالة ሁኔታ estado статус খবর ආරංචි balita hali 进度",
    "human": "human person personne humain شخص إنسان ሰው persona человек মানুষ මනුෂ්‍යයෙක් kausap mtu 人工 nit njeri човек",
    "language": "language langue لغة اللغة ቋንቋ idioma язык ভাষা භාෂාව wika lugha 语言 забон làkk gjuha језик",
    "forget": "forget oublier انسى انسي انس احذف احذفي እርሳ እርሺ ሰርዝ ሰርዢ olvidar забыть ভুলুন ভুলেযান අමතක අමතකකරන්න "
    "kalimutan sahau 忘掉 унутуу ұмыту фаромӯш fàtte harro заборави",
    "list": "list liste قائمتي لائحتي ዝርዝር ዝርዝሬ তালিকা লিস্ট ලැයිස්තුව listahan orodha lista список тизме тізім "
    "рӯйхат 清单 列表 spisak списак",
    "new": "new nouveau nouvelle جديد አዲስ start nuevo новый নতুন අලුත් bago mpya 新的",
}

MENU: tuple[Command, ...] = ("back", "who", "human", "status", "list", "language", "new", "clear", "forget", "stop")
"""What the help list offers, in its order."""


def _plain(text: str) -> str:
    return fold(text).replace(" ", "") or text.strip()


_BY_WORD: dict[str, Command] = {_plain(word): command for command, words in WORDS.items() for word in words.split()}


BUTTON = "command"
"""What a button that is a command is about: `command=back`."""


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
    if not text or len(text) > 24:
        return None
    word = text.split("@", 1)[0].split()[0] if text.startswith("/") else text
    return _BY_WORD.get(_plain(word))
