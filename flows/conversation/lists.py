"""Her checklist as something to choose, when she writes again weeks after the intake."""

from flows.model import OpenList, Option
from flows.talk import Talk

VALUE = "+list"
"""What choosing it in the first menu carries: no service has this name."""


def newest(talk: Talk) -> OpenList | None:
    """The list of her newest case that has one."""
    known = [one for one in talk.draft.lists if one.service in talk.library.services]
    return known[-1] if known else None


def option(talk: Talk) -> tuple[Option, ...]:
    """Her list by its title; nothing when she has none."""
    found = newest(talk)
    if found is None:
        return ()
    return (Option(VALUE, talk.one_of(talk.library.services[found.service].rules.checklist_titles)),)
