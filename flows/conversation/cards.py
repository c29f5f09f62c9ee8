"""Cards: what anybody may read without saying anything, one at a time, from a small menu."""

from flows.conversation import lists
from flows.conversation.offered import services
from flows.effects import Say, Turn
from flows.language import t
from flows.loader import Library, Service
from flows.model import Option, Reply
from flows.reading import pick
from flows.talk import Talk

GATE = "cards"
BEGIN, OTHER = "begin", "other"
_READ = "read-"
"""Before the name of a card in what can be chosen, so that no card can be called `begin`."""


def show(talk: Talk, *, before: str = "") -> Turn:
    """Say what there is to read, and that she can begin; `before` is said first, in the same message."""
    text = "\n\n".join(part for part in (before, talk.words.t(t("What would you like?"))) if part)
    return talk.turn(Say(Reply(text, _options(talk))), gate=GATE, failures=0)


def chosen(talk: Talk) -> str:
    """What she chose: `begin`, `other`, or nothing that leads away from here."""
    picked = pick(talk, _options(talk))
    return picked if picked in (BEGIN, OTHER) else ""


def read_on(talk: Talk) -> Turn:
    """Say the card that she chose, and the menu after it; the menu alone when she chose none."""
    picked = pick(talk, _options(talk)) or ""
    card, language = picked.removeprefix(_READ), talk.draft.language
    return show(talk, before=card_text(talk.library, talk.service, card, language) if picked else "")


def card_text(library: Library, service: Service, card: str, language: str) -> str:
    """A card with its title, in a language (ISO 639) or the first that the service has. KeyError: no such card."""
    words, first = service.rules.cards[card], service.file.languages[0]
    text = words.texts.get(language) or words.texts[first]
    emergency = service.file.emergency or library.desk.emergency
    return f"{words.titles.get(language) or words.titles[first]}\n{text.replace('{emergency}', emergency)}"


def _options(talk: Talk) -> tuple[Option, ...]:
    begin = (talk.option(BEGIN, t("Begin")),) if talk.service.questions else ()
    cards = (Option(f"{_READ}{name}", talk.one_of(one.titles)) for name, one in talk.service.rules.cards.items())
    other = (talk.option(OTHER, t("Something else")),) if _is_more(talk) else ()
    return *begin, *cards, *other


def _is_more(talk: Talk) -> bool:
    """Whether anything but this is offered to her: another service, or a list of hers."""
    others = (one for one in services(talk) if one.value != talk.draft.service)
    return any(others) or lists.newest(talk) is not None
