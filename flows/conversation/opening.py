"""The first words: which language, which service, and by SMS whether to write here or to be called."""

from flows.conversation import cards, lists
from flows.conversation.going import go_on
from flows.conversation.offered import names, services
from flows.effects import OpenCase, Say, Turn
from flows.language import own_name, t
from flows.model import Option, Reply
from flows.reading import pick
from flows.talk import Talk

NOTHING_HERE = t("Nothing is open here now. Please write again later.")
HELLO = "Rafiqa · رفيقة · ረፊቃ"
"""Said before she has a language: a name that means nothing to whoever else reads the phone."""


def greet(talk: Talk) -> Turn:
    """Ask for the language, each by its own name; say so when there is nothing here for this phone."""
    languages = _languages(talk)
    if not languages:
        return talk.turn(talk.say(NOTHING_HERE), gate="")
    return talk.turn(Say(Reply(HELLO, languages)), gate="language")


def take_language(talk: Talk) -> Turn:
    """Take the language; whatever else she wrote, ask again."""
    language = pick_language(talk)
    if language is None:
        return greet(talk)
    talk = talk.but(language=language, gate="")
    if talk.draft.service or talk.draft.locked:
        return go_on(talk)
    if talk.draft.manner == "sms" and not talk.draft.cases:
        return talk.turn(_ask_manner(talk), gate="manner")
    return choose_service(talk)


def pick_language(talk: Talk) -> str | None:
    """The language that she chose of those that `greet` offers, or none."""
    return pick(talk, _languages(talk))


def choose_service(talk: Talk) -> Turn:
    """Ask what she comes for; where there is one service only, begin it."""
    options = services(talk)
    if not options:
        return greet(talk.but(service=""))  # nothing is offered in her language any more: she chooses another one
    if len(options) == 1 and not lists.newest(talk):
        return _begin(talk, options[0].value)
    return talk.turn(talk.say(t("What would you like?"), *options, *lists.option(talk)), gate="service")


def take_service(talk: Talk) -> Turn:
    """Take the service and begin it."""
    chosen = pick(talk, services(talk))
    return choose_service(talk) if chosen is None else _begin(talk, chosen)


def _begin(talk: Talk, service: str) -> Turn:
    """Begin a service; one that has cards shows first what can be read without saying anything."""
    talk = talk.but(service=service, gate="")
    return cards.show(talk) if talk.service.rules.cards and talk.draft.manner != "assisted" else go_on(talk)


def take_card(talk: Talk) -> Turn:
    """She reads a card and is back in the menu, begins, or goes to something else."""
    match cards.chosen(talk):
        case cards.BEGIN:
            return go_on(talk.but(gate=""))
        case cards.OTHER:
            return choose_service(talk.but(gate="", service=""))
        case _:
            return cards.read_on(talk)


def default_service(talk: Talk) -> str:
    """The service of a case that opens before she has chosen one: the first offered to her that asks something."""
    known = talk.library.services
    return next((one.value for one in services(talk) if known[one.value].questions), next(iter(known)))


def take_manner(talk: Talk) -> Turn:
    """Answer here, or be called: a call opens a case at once, with nothing in it but where to call."""
    chosen = pick(talk, _manners(talk))
    if chosen is None:
        return talk.turn(_ask_manner(talk))
    if chosen == "here":
        return choose_service(talk)
    closing = talk.reply(
        t("We will call you. If you cannot speak when we call, just hang up. Your number with us is {reference}."),
        reference="{reference}",
    )
    service = default_service(talk)
    within = talk.library.services[service].plans.call_within
    call = OpenCase(service, talk.draft.language, {}, closing, call=True, call_within=within)
    return talk.turn(call, gate="")


def _ask_manner(talk: Talk) -> Say:
    return talk.say(
        t("Messages stay on this phone. Delete them when we are done. How shall we go on?"), *_manners(talk)
    )


def _manners(talk: Talk) -> tuple[Option, ...]:
    return talk.option("here", t("Write here")), talk.option("call", t("Call me"))


def _languages(talk: Talk) -> tuple[Option, ...]:
    """Each language in which something is offered to her."""
    found = (one for one in talk.library.languages if any(names(talk, one)))
    return tuple(Option(language, own_name(language)) for language in found)
