"""Whether it is a name that she is asked for now: there a few words mean something else than they do anywhere else."""

from flows.asking import position
from flows.talk import Talk

PROOF = "proof"
"""The gate at which her name shows that what was begun is hers."""


def is_asked(talk: Talk) -> bool:
    """Whether a name is asked for: by the registration, by the one question that waits, or to show who she is."""
    draft, library = talk.draft, talk.library
    if draft.gate or draft.locked:
        return draft.gate == PROOF
    asking = draft.asking
    if asking and asking.due and talk.now >= asking.since:
        service = library.services.get(asking.service)
        asked = service.by_name.get(asking.question) if service else None
    else:
        asked = position(talk.service, draft, talk.now).asked if draft.service in library.services else None
    return asked is not None and asked.question.type == "name"
