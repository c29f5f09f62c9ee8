"""The telephone numbers of this deployment: each is a channel or a proxy, never both."""

from sqlmodel import Session

from api.errors import Refused
from api.tables import Number

CHANNEL, PROXY = "channel", "proxy"


def use_of(session: Session, number: str) -> str:
    """What a number (E.164) is for: `channel`, `proxy`, or nothing when it is not ours."""
    row = session.get(Number, number)
    return row.use if row else ""


def claim_channel(session: Session, number: str) -> None:
    """Make a number (E.164) a channel. Raises Refused(409, "number_is_proxy")."""
    row = session.get(Number, number)
    if row is None:
        session.add(Number(number=number, use=CHANNEL))
    elif row.use != CHANNEL:
        raise Refused(409, "number_is_proxy")
