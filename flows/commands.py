"""Words that work anywhere, in every language, whatever was asked."""

from typing import Literal, get_args

from flows.fold import fold
from flows.model import Message

Command = Literal["back", "help", "who", "stop", "clear", "status", "human", "language", "forget", "new", "list"]

# Twilio answers STOP, CANCEL, END, QUIT, YES, HELP, INFO and START itself and may never pass them on, so by SMS
# `#` opens the same list by number (https://www.twilio.com/docs/messaging/guides/advanced-opt-out).
WORDS: dict[Command, str] = {
    "back": "back retour arrière رجوع ارجع ارجعي السابق ተመለስ ተመለሺ ወደኋላ * atras atrás anterior назад 返回 "
    "上一步 mbrapa prapa nazad артка артқа қафо ба-қафо dellu ফিরুন পেছনে ආපසු bumalik rudi kthehu врати",
    "help": "help aide menu مساعدة القائمة እርዳታ እገዛ # ? ayuda помощь 帮助 菜单 ndihmë pomoć помоћ жардам "
    "көмек ёрӣ ndimbal সাহায্য උදව් උදව්ව tulong msaada",
    "who": "who qui من ماهذا ማን እናንተማን quien quién кто 你们是谁 是谁 kush ko ко ким силер-ким сиздер-ким кім кӣ "
    "кист kan আপনারাকে ඔබකවුද ඔබලාකවුද sinokayo ninyininani",
    "stop": "stop arrêter arrêt توقف توقفي قف አቁም አቁሚ parar стоп 停止 停 ndalo ndal stani стани токто тоқта "
    "ист taxaw থামুন නවත්වන්න tigil simamisha",
    "clear": "clear effacer امسح امسحي مسح አጥፋ አጥፊ borrar очистить 清除 fshi obriši обриши тазала тоза far "
    "মুছুন මකන්න burahin futa",
    "status": "status statut état nouvelles الحالة حالة ሁኔታ estado статус 进度 状态 gjendja statusi stanje "
    "стање абал жағдай ҳолат খবর ආරංචි balita hali",
    "human": "human person personne humain شخص إنسان ሰው persona человек 人工 真人 njeri osoba особа адам одам "
    "nit মানুষ මනුෂ්‍යයෙක් kausap mtu човек",
    "language": "language langue لغة اللغة ቋንቋ idioma язык 语言 gjuha gjuhë jezik језик тил тіл забон làkk "
    "ভাষা භාෂාව wika lugha",
    "forget": "forget oublier انسى انسي انس احذف احذفي እርሳ እርሺ ሰርዝ ሰርዢ olvidar забыть 忘记 删除 harro "
    "zaboravi заборави унут ұмыт фаромӯш fàtte ভুলুন ভুলেযান අමතක අමතකකරන්න kalimutan sahau 忘掉 унутуу "
    "ұмыту",
    "list": "list liste قائمتي لائحتي ዝርዝር ዝርዝሬ তালিকা লিস্ট ලැයිස්තුව listahan orodha lista список тизме "
    "тізім рӯйхат 清单 列表 spisak списак",
    "new": "new nouveau nouvelle جديد አዲስ start nuevo новый 新的 重新开始 e-re fillo novo ново жаңы жаңа нав "
    "bees নতুন අලුත් bago mpya",
}
NAMES = frozenset({"ким", "kan", "ko"})
"""What asks who we are, and is how somebody may be called: where a name is asked for it is one."""

MENU: tuple[Command, ...] = ("back", "who", "human", "status", "list", "language", "new", "clear", "forget", "stop")
"""What the help list offers, in its order."""


def _plain(text: str) -> str:
    return fold(text).replace(" ", "") or text.strip()


_BY_WORD: dict[str, Command] = {_plain(word): command for command, words in WORDS.items() for word in words.split()}


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
    if not text or len(text) > 24:
        return None
    word = text.split("@", 1)[0].split()[0] if text.startswith("/") else text
    return _BY_WORD.get(_plain(word))
