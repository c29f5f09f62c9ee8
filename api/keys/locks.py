"""The person lock and the recovery key: who can open the team key, over libsodium (PyNaCl).

A passphrase opens, by Argon2id, a person's private key; to its public half the team key is sealed. For the length of
a signed-in session the private key lies in the session's row, locked under the cookie's token, which is never stored.
"""

import base64
import secrets
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from api.keys.vault import KEY_BYTES, TeamKey

TOKEN_BYTES = 32
_VERSION = 1
_HEAD_BYTES = 4
_SUM_BYTES = 3
_MISREAD = str.maketrans("018", "OIB")  # base32 has no such digits, so they can only be these letters


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs: passes of Argon2id, and mebibytes of memory.

    Each box remembers its own, so a change here touches only passphrases that are made later.
    """

    passes: int = 3
    mebibytes: int = 128  # a third of a second on a small server, and hard for rented graphics cards


STANDARD = Cost()


@dataclass(frozen=True, slots=True)
class PersonLock:
    """What is stored of a person's key pair: only her passphrase opens `private_box`."""

    public_key: bytes
    salt: bytes
    private_box: bytes


def new_person(passphrase: str, cost: Cost = STANDARD) -> PersonLock:
    """A key pair for a person, its private half locked with her passphrase. Takes as long as `cost` says."""
    private = PrivateKey.generate()
    return lock_person(private.encode(), passphrase, cost)


def lock_person(private: bytes, passphrase: str, cost: Cost = STANDARD) -> PersonLock:
    """Lock a person's private key with a passphrase. Takes as long as `cost` says."""
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    box = SecretBox(_stretch(passphrase, salt, cost)).encrypt(private)
    return PersonLock(PrivateKey(private).public_key.encode(), salt, _head(cost) + box)


def open_person(passphrase: str, lock: PersonLock) -> bytes | None:
    """A person's private key, or None when this is not her passphrase. Takes as long as the lock's cost says."""
    version, passes = lock.private_box[:2]
    if version != _VERSION:
        raise CryptoError("unknown version of a person's lock")
    cost = Cost(passes, int.from_bytes(lock.private_box[2:_HEAD_BYTES], "big"))
    try:
        return SecretBox(_stretch(passphrase, lock.salt, cost)).decrypt(lock.private_box[_HEAD_BYTES:])
    except CryptoError:
        return None


def lock_of_nobody(cost: Cost = STANDARD) -> PersonLock:
    """A lock that no passphrase opens, for names that nobody has: to try it takes as long as to try a real one."""
    return PersonLock(b"", secrets.token_bytes(argon2id.SALTBYTES), _head(cost) + secrets.token_bytes(72))


def share_team(team: TeamKey, public_key: bytes) -> bytes:
    """Seal the team key to the public key of a person, or of the recovery key."""
    return SealedBox(PublicKey(public_key)).encrypt(team.to_bytes())


def open_team(private: bytes, team_box: bytes) -> TeamKey:
    """The team key, with the private key to which `share_team` sealed it."""
    return TeamKey.from_bytes(SealedBox(PrivateKey(private)).decrypt(team_box))


def new_token() -> str:
    """A token for a session's cookie: 256 bits that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """By which a session's row is found; it does not open what lies there."""
    return blake2b(token.encode(), digest_size=KEY_BYTES, person=b"rafiqa session").digest()


def form_token(token: str) -> str:
    """What the forms of a session carry, so that nobody else can send them: made from its token, and tells nothing."""
    return blake2b(token.encode(), digest_size=16, person=b"rafiqa form").hexdigest()


def lock_in_session(private: bytes, token: str) -> bytes:
    """A person's private key, locked under her session's token."""
    return SecretBox(_session_key(token)).encrypt(private)


def open_in_session(box: bytes, token: str) -> bytes:
    """The inverse of `lock_in_session`."""
    return SecretBox(_session_key(token)).decrypt(box)


class RecoveryKey:
    """A private key that exists only on paper; the team key is sealed to its public half."""

    __slots__ = ("_private",)

    def __init__(self, private: bytes) -> None:
        self._private = PrivateKey(private)

    @classmethod
    def generate(cls) -> "RecoveryKey":
        """A new one."""
        return cls(PrivateKey.generate().encode())

    @classmethod
    def from_paper(cls, text: str) -> "RecoveryKey":
        """Read what somebody typed from the paper, however she grouped it. Raises ValueError on a mistake."""
        letters = "".join(filter(str.isalnum, text)).upper().translate(_MISREAD)
        try:
            raw = base64.b32decode(letters)
        except ValueError:
            raise ValueError("not a recovery key") from None
        private, checksum = raw[:KEY_BYTES], raw[KEY_BYTES:]
        if len(private) != KEY_BYTES or checksum != _checksum(private):
            raise ValueError("not a recovery key")
        return cls(private)

    def on_paper(self) -> str:
        """Fourteen groups of four letters and digits, the last ones a checksum."""
        private = self._private.encode()
        letters = base64.b32encode(private + _checksum(private)).decode()
        return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))

    @property
    def public(self) -> bytes:
        """The half that is stored."""
        return self._private.public_key.encode()

    def open_team(self, recovery_box: bytes) -> TeamKey:
        """The team key that was sealed to this recovery key."""
        return open_team(self._private.encode(), recovery_box)


def _head(cost: Cost) -> bytes:
    return bytes((_VERSION, cost.passes)) + cost.mebibytes.to_bytes(_HEAD_BYTES - 2, "big")


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # Telephones write a capital first and a space last, and compose accents in more than one way.
    plain = " ".join(unicodedata.normalize("NFKC", passphrase).casefold().split())
    memory = cost.mebibytes << 20
    return argon2id.kdf(SecretBox.KEY_SIZE, plain.encode(), salt, opslimit=cost.passes, memlimit=memory)


def _session_key(token: str) -> bytes:
    return blake2b(token.encode(), digest_size=KEY_BYTES, person=b"rafiqa cookie").digest()


def _checksum(private: bytes) -> bytes:
    return blake2b(private, digest_size=_SUM_BYTES, person=b"rafiqa paper").digest()
