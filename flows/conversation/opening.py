"""The first words: which language, which service, and by SMS whether to write here or to be called."""

from flows.conversation.going import go_on
from flows.effects import OpenCase, Say, Turn
from flows.language import own_name, t
from flows.model import Manner, Option, Reply
from flows.reading import pick
from flows.talk import Talk

HELLO = "Rafiqa · رفيقة · ረፊቃ"
"""Said before she has a language: a name that means nothing to whoever else reads the phone."""

AUDIENCES: dict[Manner, tuple[str, ...]] = {"assisted": ("worker", "assisted")}
"""Whose services are offered: those for workers, and to a volunteer who helps one also those that need her."""


def greet(talk: Talk) -> Turn:
    """Ask for the language, each by its own name."""
    return talk.turn(Say(Reply(HELLO, _languages(talk))), gate="language")


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
    options = _services(talk)
    if not options:
        return greet(talk.but(service=""))  # nothing is offered in her language any more: she chooses another one
    if len(options) == 1:
        return go_on(talk.but(service=options[0].value, gate=""))
    return talk.turn(talk.say(t("What would you like?"), *options), gate="service")


def take_service(talk: Talk) -> Turn:
    """Take the service and begin it."""
    chosen = pick(talk, _services(talk))
    return choose_service(talk) if chosen is None else go_on(talk.but(service=chosen, gate=""))


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
    service = next(iter(talk.library.services))
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
    return tuple(Option(language, own_name(language)) for language in talk.library.spoken)


def _services(talk: Talk) -> tuple[Option, ...]:
    language, audiences = talk.draft.language, AUDIENCES.get(talk.draft.manner, ("worker",))
    return tuple(
        Option(name, one.titles[language])
        for name, one in talk.library.services.items()
        if one.file.audience in audiences and talk.library.offers(name, language)
    )
