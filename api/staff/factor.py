"""The second factor: a code that an app on her phone makes every half minute (TOTP, RFC 6238).

Its secret is sealed to her own key, which her passphrase opens: who has only the database can make no code.
"""

import base64
from datetime import datetime, timedelta

import pyotp
import segno
from nacl.public import PrivateKey, PublicKey, SealedBox
from pyotp.utils import strings_equal
from sqlmodel import Session, col, update

from api.errors import Refused
from api.staff import audit, people
from api.tables import Person

STEP = 30
"""Seconds that a code lasts."""
DRIFT = 1
"""How many steps the clock of her phone may be wrong, either way."""
ISSUER = "Rafiqa"


def new_secret() -> str:
    """A secret for her app: 160 random bits in base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether this could be a secret that `new_secret` made."""
    try:
        return len(base64.b32decode(text)) == 20
    except ValueError:
        return False


def picture(secret: str, name: str) -> str:
    """The secret as a QR code for her app, as SVG to stand inside a page."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step that a code belongs to; None when it is wrong or too old."""
    app, typed = pyotp.TOTP(secret, interval=STEP), "".join(code.split())
    for drift in range(-DRIFT, DRIFT + 1):
        at = now + timedelta(seconds=drift * STEP)
        if strings_equal(app.at(at), typed):
            return app.timecode(at)
    return None


def set_up(session: Session, person_id: int, secret: str, code: str, now: datetime) -> None:
    """Begin to ask her for codes of this secret. Refused: (401, "wrong_code"), (422, "incomplete")."""
    person = people.existing(session, person_id)
    if not is_secret(secret):
        raise Refused(422, "incomplete")
    step = step_of(secret, code, now)
    if step is None:
        raise Refused(401, "wrong_code")
    person.factor_box = SealedBox(PublicKey(person.public_key)).encrypt(secret.encode())
    person.factor_step = step
    audit.record(session, person_id, "factor.set_up", person.name, now)


def accepts(session: Session, person: Person, private: bytes, code: str, now: datetime) -> bool:
    """Whether this is a code of hers that was not used before; it is used then. `private` is her private key."""
    if person.factor_box is None:
        return False
    secret = SealedBox(PrivateKey(private)).decrypt(person.factor_box).decode()
    step = step_of(secret, code, now)
    if step is None:
        return False
    # One conditional update: of two who type the same code at once, the database lets one through.
    newer = update(Person).where(col(Person.id) == person.id, col(Person.factor_step) < step)
    return bool(session.connection().execute(newer.values(factor_step=step)).rowcount)


def demand(session: Session, person_id: int, by: int, now: datetime, *, demanded: bool) -> str:
    """Demand a second factor of a person, or no longer; her sessions end when it begins. Gives her name."""
    person = people.existing(session, person_id)
    person.factor_demanded = demanded
    if demanded and person.factor_box is None:
        people.end_sessions(session, person_id)
    audit.record(session, by, "factor.demand" if demanded else "factor.spare", person.name, now)
    return person.name


def reset(session: Session, person_id: int, by: int, now: datetime) -> str:
    """Her phone is lost: forget her second factor, and end her sessions. Gives her name.

    She sets up a new one when she wants to, or at her next sign-in when it is demanded of her.
    """
    person = people.existing(session, person_id)
    person.factor_box, person.factor_step = None, 0
    people.end_sessions(session, person_id)
    audit.record(session, by, "factor.reset", person.name, now)
    return person.name
