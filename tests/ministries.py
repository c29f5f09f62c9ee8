"""A portal on a bad day: what it writes comes late, out of order and twice; it knows whose each message is.

Chance comes from the place of a woman in the morning, so the portal does the same each time, however they interleave.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from typing import Protocol

from api.numbers.proxies import Sms

LATEST = 9 * 60
LOGIN = (
    "MOPH: your login code is {code}. It is valid for 10 minutes.",
    "وزارة الصحة: رمز الدخول {arabic} صالح لمدة ١٠ دقائق. لا تشاركه مع أحد.",
    "{half}-{rest} is your verification code for the platform. Help: 1214",
    "رمز التحقق الخاص بك{code}. للاستفسار 1214",
)
REGISTERED = (
    "MOPH: {name} is registered. Your registration number is {ours}. We will write when it is your day.",
    "وزارة الصحة: تم تسجيل طلبك بنجاح. رقم الهوية ينتهي بـ {ending}. رقم التسجيل {ours}",
)
STRANGERS = (
    ("BankAudi", "Your code for the transfer is 661204. Do not share it."),
    ("+96176999111", "وزارة الصحة: رمز الدخول ٩٠٧٦١٣"),
    ("AD", "Win a phone! www.win.example"),
    ("MOPH", "The platform is closed on Friday."),
)
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """What arrives at a moment; `case` is whose it is, nothing when it is nobody's."""

    at: datetime
    sms: Sms
    case: str = ""


class Registrant(Protocol):
    """Who is registered: her `place` in the morning, her case, her name, and her passport."""

    place: int
    reference: str

    @property
    def name(self) -> str: ...

    @property
    def document(self) -> str: ...


@dataclass
class Ministry:
    """The portal: it writes late, out of order and twice, and remembers whose each text is."""

    truth: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    coming: list[Sent] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def asked(self, who: Registrant, number: str, attempt: int, now: datetime) -> None:
        """A code is asked for: it comes within nine minutes, some are delivered twice and some are sent twice."""
        chance = Random(f"{who.place} {attempt}")
        code = f"{3 + attempt}{who.place:02}{chance.randrange(1000):03}"
        text = LOGIN[(who.place + attempt) % 4].format(
            code=code, arabic=code.translate(_EASTERN), half=code[:3], rest=code[3:]
        )
        late = [chance.uniform(0, LATEST) for _ in range(2)]
        again = chance.choice(["once", "delivered twice", "sent twice"])
        with self._lock:
            self.codes[code] = who.reference
            self._write(number, text, who.reference, now + timedelta(seconds=late[0]), f"{code} 1")
            if again != "once":
                provider_id = f"{code} {1 if again == 'delivered twice' else 2}"
                self._write(number, text, who.reference, now + timedelta(seconds=late[1]), provider_id)

    def registered(self, who: Registrant, number: str, now: datetime) -> None:
        """She is registered, and it says so a little later."""
        ours = f"LB-{204400 + who.place}"
        text = REGISTERED[who.place % 2].format(name=who.name, ending=who.document[-4:], ours=ours)
        with self._lock:
            self._write(number, text, who.reference, now + timedelta(minutes=1 + who.place % 4), ours)

    def writes(self, number: str, text: str, case: str, at: datetime, sender: str = "MOPH") -> None:
        """Anything else that comes that morning."""
        with self._lock:
            self._write(number, text, case, at, f"else {len(self.coming)} {at}", sender)

    def due(self, now: datetime) -> list[Sent]:
        """What arrives now, in no order."""
        with self._lock:
            arrived = [one for one in self.coming if one.at <= now]
            self.coming = [one for one in self.coming if one.at > now]
        return Random(now.isoformat()).sample(arrived, len(arrived))

    def _write(self, number: str, text: str, case: str, at: datetime, key: str, sender: str = "MOPH") -> None:
        assert self.truth.setdefault(text, case) == case, "one text names one woman"
        self.coming.append(Sent(at, Sms(number, sender, text, key), case))
