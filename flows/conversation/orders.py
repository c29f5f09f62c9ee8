"""Commands: back, help, who, stop, clear, status, human, language, forget, new."""

from typing import assert_never

from flows.asking import position
from flows.commands import MENU, Command, languages_of
from flows.conversation import asked, asking_by_slip, cards, cases, lists, offered, opening, returning, several
from flows.conversation.going import go_on, offer
from flows.conversation.opening import choose_service, greet
from flows.effects import ClearChat, ForgetDraft, Silence, Turn
from flows.language import t
from flows.model import Option
from flows.reading import pick
from flows.talk import Talk

LABELS: dict[Command, str] = {
    "back": t("One question back"),
    "who": t("Who are you?"),
    "human": t("I want a person"),
    "status": t("How does it stand?"),
    "list": t("What is still open?"),
    "language": t("Another language"),
    "new": t("Begin anew"),
    "clear": t("Clear this chat"),
    "forget": t("Forget what I said"),
    "stop": t("Do not write to me"),
}
WHO = t(
    "We are {name}: volunteers. It is free. We are not the state and not an employer, and we never ask "
    "for money. Our sentence, as on the card: {phrase}."
)


ASKS_FOR_ONE = ("", "language", asking_by_slip.LANGUAGE_FIRST)
"""The gates of who has no language yet and is asked for nothing else."""


def obey(talk: Talk, command: Command) -> Turn:
    """Do what a command says, wherever she is; of a draft that is locked, nothing that shows what was said before."""
    if not talk.draft.language and talk.draft.unread:
        talk = talk.but(language=talk.draft.unread[-1].language)
    if not talk.draft.language and command == "list" and talk.draft.lists:
        talk = talk.but(language=talk.draft.lists[-1].language)
    if talk.draft.language or command in ("new", "back", "language"):
        return _obey(talk, command)
    return asking_by_slip.ask_language(talk) if command == "status" else _obey_first(talk, command)


def _obey_first(talk: Talk, command: Command) -> Turn:
    """Before she has chosen a language: answer in that of her word, which chooses none, then ask for hers."""
    if command == "help" and not talk.draft.gate and not languages_of(talk.message.text):
        return greet(talk)  # a lone ? is how some say hello
    spoken = _spoken(talk)
    turn = _obey(talk.but(language=spoken), command)
    assert turn.draft is not None
    talk = talk._replace(draft=turn.draft.but(language="", spoken=spoken))
    if command == "stop" or talk.draft.gate not in ASKS_FOR_ONE:
        return talk.turn(*turn.effects)
    waits = talk.draft.gate == asking_by_slip.LANGUAGE_FIRST
    asking = asking_by_slip.ask_language(talk) if waits else greet(talk)
    return asking._replace(effects=(*turn.effects, *asking.effects))


def _spoken(talk: Talk) -> str:
    """The language of her word; of one that several have, or of a sign, the one spoken here before, or English."""
    written = languages_of(talk.message.text)
    before = talk.draft.spoken, *(one.language for one in talk.draft.aside)
    likely = (*before, "en", *talk.library.spoken, *written)
    return next(one for one in likely if one and (one in written or not written))


def _obey(talk: Talk, command: Command) -> Turn:
    match command:
        case "help":
            return talk.turn(talk.say(t("What do you need?"), *_menu(talk)), gate="menu")
        case "who":
            return _who(talk)
        case "stop":
            return talk.turn(Silence(), talk.say(t("We will not write unless you write first.")), silent=True)
        case "clear":
            return _clear(talk)
        case "status":
            return cases.tell_status(talk)
        case "list":
            return asked.ask_list(talk)
        case "human":
            return _human(talk)
        case "language":
            return greet(talk)
        case "forget":
            return ask_forget(talk)
        case "new":
            return _new(talk)
        case "back":
            return _back(talk)
        case _:
            assert_never(command)


def take_from_menu(talk: Talk) -> Turn:
    """A number of the help list; anything else goes on where she was."""
    chosen = pick(talk, _menu(talk))
    talk = talk.but(gate="")
    for command in MENU:
        if command == chosen:
            return obey(talk, command)
    return asked.take(talk) if asked.is_answered(talk) else resume(talk)


def take_service(talk: Talk) -> Turn:
    """She chooses what she comes for: a service, or the list of a case that she has."""
    mine = lists.option(talk)
    if mine and pick(talk, (*offered.services(talk), *mine)) == lists.VALUE:
        return asked.ask_list(talk.but(gate=""))
    return opening.take_service(talk)


def take_forget(talk: Talk) -> Turn:
    """`1` forgets the draft for good; anything else goes on."""
    if pick(talk, _yes_or_no(talk)) != "yes":
        return resume(talk.but(gate=""))
    return _forgotten(talk)


def _forgotten(talk: Talk) -> Turn:
    kept = talk.draft.emptied(talk.now).but(asking=None)
    return talk._replace(draft=kept).turn(ForgetDraft(), talk.say(t("Done. It is gone.")))


def resume(talk: Talk) -> Turn:
    """Go on where she was before the command."""
    if asked.is_open(talk):
        return asked.ask_again(talk)
    if not talk.draft.service and not talk.draft.locked:
        return choose_service(talk)
    reads = not talk.draft.locked and not talk.draft.answers and talk.draft.service in talk.library.services
    return cards.show(talk) if reads and talk.service.rules.cards else go_on(talk)


def _new(talk: Talk) -> Turn:
    """Begin anew; who has said nothing yet keeps the language."""
    if talk.draft.answers or talk.draft.locked:
        return returning.begin_anew(talk)
    return choose_service(talk.but(gate="", service="", files=(), pending=None))


def _menu(talk: Talk) -> tuple[Option, ...]:
    return tuple(talk.option(one, LABELS[one]) for one in MENU if one != "list" or lists.newest(talk))


def _who(talk: Talk) -> Turn:
    desk = talk.library.desk
    return talk.turn(talk.say(WHO, name=desk.name, phrase=desk.phrase))


def _human(talk: Talk) -> Turn:
    """Call a person, and say what was open once more: what she writes next is read as the answer to it."""
    called, talk = cases.call_a_person(talk), talk.but(gate="")
    if talk.draft.locked or not (talk.draft.service or asked.is_open(talk)):
        return talk.turn(*called)
    turn = resume(talk)
    return turn._replace(effects=(*called, *turn.effects))


def _clear(talk: Talk) -> Turn:
    if talk.draft.manner == "sms":
        text = t("We cannot delete messages on your phone. Please delete them there, both sent and received.")
        return talk.turn(talk.say(text))
    return talk.turn(ClearChat(), talk.say(t("OK")))


def ask_forget(talk: Talk) -> Turn:
    """Ask whether what was said here may go; where nothing was, let go what there is, and ask which case."""
    if not talk.draft.answers:
        return cases.forget_case(talk.but(files=())) if talk.draft.cases else _forgotten(talk)
    question = t("Shall we forget everything you told us here? It cannot be undone.")
    return talk.turn(talk.say(question, *_yes_or_no(talk)), gate="forget")


def _yes_or_no(talk: Talk) -> tuple[Option, ...]:
    return talk.option("yes", t("Yes, forget it")), talk.option("no", t("No, keep it"))


def _back(talk: Talk) -> Turn:
    """Ask the question before the present one again; its answer stands until she gives another."""
    if talk.draft.locked:
        return offer(talk)
    talk = talk.but(gate="", chosen=(), failures=0)
    if not talk.draft.service:
        return greet(talk)
    here = position(talk.service, talk.draft, talk.now)
    answered = list(here.relevant)
    if here.asked is not None:
        order = [asked.question.ask for asked in talk.service.questions]
        present = order.index(here.asked.question.ask)
        answered = [name for name in answered if order.index(name) < present]
    return go_on(several.change(talk, answered[-1])) if answered else greet(talk)
