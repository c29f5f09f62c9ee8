"""What somebody is offered: the services that she can begin, in her language, and for whom they are."""

from collections.abc import Iterator

from flows.model import Manner, Option
from flows.talk import Talk

AUDIENCES: dict[Manner, tuple[str, ...]] = {"assisted": ("worker", "assisted", "volunteer")}
"""Whose services are offered: those for workers, and on a page of the desk all of them."""


def services(talk: Talk) -> tuple[Option, ...]:
    """What is offered to her: by its neutral name, on a page of the desk by its title and only what asks something."""
    known, assisted = talk.library.services, talk.draft.manner == "assisted"
    return tuple(
        Option(name, talk.one_of(known[name].titles if assisted else known[name].menus))
        for name in names(talk, talk.draft.language)
        if known[name].questions or not assisted
    )


def names(talk: Talk, language: str) -> Iterator[str]:
    """The services that are offered to her in a language; those for volunteers only to an address that is one's."""
    audiences = AUDIENCES.get(talk.draft.manner, ("worker", "volunteer") if talk.draft.ours else ("worker",))
    for name, one in talk.library.services.items():
        if one.file.audience in audiences and talk.library.offers(name, language):
            yield name
