"""The three locks: the time lock, the case lock and the team lock, over libsodium (PyNaCl).

*Time lock*: opens until the key of its day is destroyed, or a shred secret of its own is. *Case lock*: anybody may put
something in; to take it out needs the team key and the shred secret. *Team lock*: anybody may put something in; to
take it out needs the team key. Everything is padded to 256 bytes first, so that a length says little.
A sealed box that was changed, or that is opened with a wrong key or in a wrong place, raises
`nacl.exceptions.CryptoError`; a time-locked one is then gone.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

from nacl.bindings import crypto_secretbox_easy, crypto_secretbox_open_easy, sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from api.keys.keyring import Gone, Keyring

BUCKET = 256
KEY_BYTES = 32
_VERSION = b"\x01"
_DAY_BYTES = 3
_HEAD_BYTES = len(_VERSION) + _DAY_BYTES
_NONCE_END = _HEAD_BYTES + SecretBox.NONCE_SIZE
_END = b"\x80"


@dataclass(frozen=True, slots=True)
class CaseLock:
    """What the server keeps of a case's key pair: with these three alone it can put in, and take nothing out."""

    public_key: bytes
    sealed_key: bytes
    secret_id: bytes


class CaseKey:
    """The private key of one case, for the length of one request."""

    __slots__ = ("_private",)

    def __init__(self, private: bytes) -> None:
        self._private = PrivateKey(private)

    def open(self, context: str, box: bytes) -> bytes:
        """What was sealed to this case under this context."""
        return _take_out(self._private, context, box)


class TeamKey:
    """The team's private keys, newest first, for the length of one request.

    There is a second one after a rotation, for what was sealed while the news of it had not reached everybody.
    """

    __slots__ = ("_privates",)

    def __init__(self, *privates: bytes) -> None:
        self._privates = tuple(PrivateKey(private) for private in privates)

    @classmethod
    def generate(cls) -> "TeamKey":
        """A new team key without a past."""
        return cls(PrivateKey.generate().encode())

    @classmethod
    def from_bytes(cls, joined: bytes) -> "TeamKey":
        """The inverse of `to_bytes`."""
        return cls(*(joined[start : start + KEY_BYTES] for start in range(0, len(joined), KEY_BYTES)))

    def to_bytes(self) -> bytes:
        """The private keys, to be sealed to a person at once and never stored."""
        return b"".join(private.encode() for private in self._privates)

    @property
    def public(self) -> bytes:
        """The public half of the newest key: what the vault seals to."""
        return self._privates[0].public_key.encode()

    def rotated(self) -> "TeamKey":
        """A new team key that still opens what was sealed to this one."""
        return TeamKey(PrivateKey.generate().encode(), self._privates[0].encode())

    def open(self, context: str, box: bytes) -> bytes:
        """What was sealed to the team under this context."""
        return _split(context, sodium_unpad(self.unseal(box), BUCKET))

    def unseal(self, box: bytes) -> bytes:
        """The inside of a sealed box as it is, padded and with its context; use `open` for messages."""
        for private in self._privates:
            try:
                return SealedBox(private).decrypt(box)
            except CryptoError:
                continue
        raise CryptoError("not sealed to this team key")


def reseal(box: bytes, old: TeamKey, public_key: bytes) -> bytes:
    """Seal to a new team key (its public half) what was sealed to the old one: a message or a `CaseLock.sealed_key`.

    A case's shred secret is not needed, so what was forgotten stays forgotten.
    """
    return SealedBox(PublicKey(public_key)).encrypt(old.unseal(box))


class Vault:
    """Locks and seals. `index_key` (32 bytes) recognises addresses; `team_public` is what the team lock seals to."""

    def __init__(self, keyring: Keyring, index_key: bytes, team_public: bytes) -> None:
        self.keyring = keyring
        self.team_public = team_public
        self._indexing = blake2b(digest_size=16, key=index_key, person=b"rafiqa index")

    def index(self, *parts: str) -> bytes:
        """A keyed hash (16 bytes) by which the same parts are recognised again, e.g. a channel and an address."""
        hashed = self._indexing.copy()
        for part in parts:
            raw = part.encode()
            hashed.update(len(raw).to_bytes(4, "big") + raw)
        return hashed.digest()

    def lock(self, plain: bytes, *, expires: datetime, secret_id: bytes | None = None) -> bytes:
        """Time-lock: readable until the day of `expires` (UTC) is over, or the shred secret is destroyed.

        Raises Gone when that day or that secret is no more.
        """
        day = expires.date()
        nonce = secrets.token_bytes(SecretBox.NONCE_SIZE)
        box = crypto_secretbox_easy(_pad(plain), nonce, self._time_key(day, secret_id))
        return b"".join((_VERSION, day.toordinal().to_bytes(_DAY_BYTES, "big"), nonce, box))

    def unlock(self, box: bytes, *, secret_id: bytes | None = None) -> bytes:
        """Open a time-locked box. Raises Gone when its time or its secret is over.

        So it does when its key is not the one of its day: an older copy of the keyring knows other days.
        """
        if box[:1] != _VERSION:
            raise CryptoError("unknown version of a box")
        day = date.fromordinal(int.from_bytes(box[1:_HEAD_BYTES], "big"))
        nonce, inside = box[_HEAD_BYTES:_NONCE_END], box[_NONCE_END:]
        try:
            return _unpad(crypto_secretbox_open_easy(inside, nonce, self._time_key(day, secret_id)))
        except CryptoError:
            raise Gone from None

    def new_case_lock(self) -> CaseLock:
        """A key pair for a case; its private half is locked with a new shred secret, then sealed to the team."""
        secret_id = self.keyring.new_secret()
        private = PrivateKey.generate()
        locked = SecretBox(self.keyring.secret(secret_id)).encrypt(private.encode())
        sealed = SealedBox(PublicKey(self.team_public)).encrypt(locked)
        return CaseLock(private.public_key.encode(), sealed, secret_id)

    def open_case(self, team: TeamKey, lock: CaseLock) -> CaseKey:
        """The key of a case. Raises Gone when the case was forgotten."""
        secret = self.keyring.secret(lock.secret_id)
        return CaseKey(SecretBox(secret).decrypt(team.unseal(lock.sealed_key)))

    def seal(self, public_key: bytes, context: str, plain: bytes) -> bytes:
        """Seal to a case's public key. `context` says what and where it is, and must be named again to open it."""
        return _put_in(public_key, context, plain)

    def seal_to_team(self, context: str, plain: bytes) -> bytes:
        """Seal to the team: opened by `TeamKey.open` under the same context."""
        return _put_in(self.team_public, context, plain)

    @staticmethod
    def item_context(case_id: int, kind: str) -> str:
        """The context of an item of a case."""
        return f"case:{case_id}:{kind}"

    def _time_key(self, day: date, secret_id: bytes | None) -> bytes:
        if secret_id is None:
            return self.keyring.derived_day_key(day, _without_secret)
        return _time_key(self.keyring.secret(secret_id), self.keyring.day_key(day))


def _time_key(secret: bytes, day_key: bytes) -> bytes:
    return blake2b(secret, digest_size=KEY_BYTES, key=day_key, person=b"rafiqa time lock").digest()


def _without_secret(day_key: bytes) -> bytes:
    return _time_key(b"", day_key)


# The time lock is on every message's way several times: libsodium is called without SecretBox around it, and its
# padding (ISO/IEC 7816-4) is written and taken off here, which takes half the time.
def _pad(plain: bytes) -> bytes:
    """As `sodium_pad` does."""
    padded = len(plain) // BUCKET * BUCKET + BUCKET
    return (plain + _END).ljust(padded, b"\0")


def _unpad(padded: bytes) -> bytes:
    """As `sodium_unpad` does, of what `_pad` made; a box opens only if it was made here, so its end is there."""
    return padded[: padded.rindex(_END)]


def _put_in(public_key: bytes, context: str, plain: bytes) -> bytes:
    place = context.encode()
    message = len(place).to_bytes(2, "big") + place + plain
    return SealedBox(PublicKey(public_key)).encrypt(sodium_pad(message, BUCKET))


def _take_out(private: PrivateKey, context: str, box: bytes) -> bytes:
    return _split(context, sodium_unpad(SealedBox(private).decrypt(box), BUCKET))


def _split(context: str, message: bytes) -> bytes:
    """A sealed box carries no associated data, so its place stands inside and is compared here."""
    end = 2 + int.from_bytes(message[:2], "big")
    if message[2:end] != context.encode():
        raise CryptoError("sealed for another place")
    return message[end:]
