"""The checklists of an address's cases, as its draft knows them: read again when she writes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from api.tables import metadata
from flows.checklists import list_in
from flows.effects import Effect, Escalate, OpenCase
from flows.loader import Library
from flows.model import Draft, OpenList

_case = metadata.tables["case"]


def refreshed(session: Session, library: Library, draft: Draft, *, new: bool) -> Draft:
    """The draft with the lists that its cases have now; `new`: it was not kept until now, so its lists are unknown."""
    if not (draft.lists or (new and draft.cases)):
        return draft
    hers = _case.c.reference.in_(draft.cases), _case.c.state.in_(("open", "claimed"))
    rows = session.connection().execute(
        select(_case.c.reference, _case.c.service, _case.c.route, _case.c.language).where(*hers).order_by(_case.c.id)
    )
    found = (list_in(library, *row) for row in rows)
    return draft.but(lists=tuple(one for one in found if one))


def with_opened(draft: Draft, effects: Sequence[Effect], opened: Sequence[str]) -> Draft:
    """The draft after a turn: the cases that it opened, and which of them is this conversation's."""
    draft = draft.but(cases=(*draft.cases, *opened)) if opened else draft
    for effect in effects:
        match effect:
            case OpenCase():
                if effect.open_items:
                    mine = OpenList(
                        opened[-1] if opened else effect.begun, effect.service, effect.open_items, effect.language
                    )
                    draft = draft.but(lists=(*draft.lists, mine))
            case Escalate() if opened and not draft.locked:
                draft = draft.but(begun=opened[0])
            case _:
                pass
    return draft
