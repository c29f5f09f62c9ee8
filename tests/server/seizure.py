"""Conversations full of words that must be nowhere on a seized disk, and what a deployment keeps to be looked at."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlmodel import select

from api.commands.opened import deployed
from api.desk.rules import PERSONAL
from api.keys.keyring import Gone
from api.staff.access import lock_of
from api.tables import CaseRow
from tests.fakes import telegram_updates as updates
from tests.fakes import twilio_api
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.opened import team_key
from tests.server.people import BySms, OnTelegram, lent_number, post_sms, reference_in, tells
from tests.server.running import Founded, Server, until

PORTAL = {"portal": "model_ministry"}
EXPORT = {"service": "vaccination", "export": "ministry", "form": "xlsx"}
_ids = count(8_000_001)


@dataclass(frozen=True, slots=True)
class Woman:
    """Somebody in whose every free field stands a word that is nowhere else. `number` tells her from the others."""

    number: int
    sms: bool

    @property
    def name(self) -> str:
        """In two scripts, in turn."""
        return f"ዘውዲቱ ቃናርያ {self.number}" if self.number % 2 else f"Zewditu Qanarya {self.number}"

    @property
    def address(self) -> str:
        """Her chat, or the phone from which she writes."""
        return f"+96178{self.number:06}" if self.sms else str(7_733_554_000_000 + self.number)

    @property
    def said(self) -> dict[str, str]:
        """What she types, by what it is."""
        n = self.number
        return {
            "name": self.name,
            "born": f"{13 + n % 15} May 1971",
            "papers_number": f"QN{n:06}KX",
            "phone": f"+96171{900_000 + n}",
            "email": f"qanarya.{n}@zewditu.example",
            "misunderstood": f"qanarya-nonsense-{n}",
            "message": f"qanarya: when shall I come? {n}",
            "profile": f"Qanaryaprofile{n}",
        }

    @property
    def heard(self) -> dict[str, str]:
        """What is written to her and about her."""
        n = self.number
        return {
            "answer": f"qanarya: come on Sunday to gate {n}",
            "note": f"qanarya-note: her employer lives in Zewditu street {n}",
            # no 0 and no 2: numbers and years, of which many stand side by side, are full of them
            "code": f"73{n:04o}".translate(str.maketrans("02", "89")),
            "appointment": f"Qanarya appointment on 3 December, hall {n}",
        }

    @property
    def words(self) -> list[str]:
        """Everything that must be nowhere: as she typed it, and as it was understood."""
        n = self.number
        understood = (f"1971-05-{13 + n % 15}", self.said["phone"].removeprefix("+961"))
        return [*self.said.values(), *self.heard.values(), self.address, *understood]

    @property
    def texts(self) -> list[str]:
        """What she sends from the first word to the last."""
        said = self.said
        return [
            "hello", "1", *(["1"] if self.sms else []), "1", "1", "1", said["name"],
            said["misunderstood"], said["born"],
            "1", "1", "4", "2", said["papers_number"], "3", said["phone"], "1", said["email"], "2", "4",
            "2", "4", "2", "4", "2", "1", "1", "1",
        ]  # fmt: skip


CHOSEN = ("unhcr", "kidney", "trusted", "live_out", "saturday", "UNHCR certificate", "Kidneys", "EmployerX")
"""Answers that were chosen and are no routing fields."""


@dataclass
class Stage:
    """A server, its providers, and the people who play."""

    server: Server
    telegram: TelegramApi
    twilio: TwilioApi

    async def lets_her_take_all(self) -> None:
        """Amal says that a volunteer may have, and open in an hour, as many cases as there are."""
        async with self.server.browser() as office:
            await self.server.signed_in(office, "Amal")
            for rule in PERSONAL:
                answer = await office.post("/rules", data={"name": rule, "value": "0"})
                assert answer.status_code == 200, answer.text

    async def plays(self, woman: Woman) -> str:
        """She registers, a volunteer works with her case, the portal writes; gives the reference."""
        phone = self._phone(woman)
        reference = reference_in(await tells(phone, woman.texts))
        async with self.server.browser() as office:
            await self.server.signed_in(office, "Amal")
            await office.post("/numbers", data={"number": f"+96179{woman.number:06}", "registered_to": "Amel"})
        async with self.server.browser() as desk:
            await self.server.signed_in(desk, "Hana")
            case = f"/cases/{reference}"
            await desk.post(f"{case}/claim")
            assert woman.name in (await desk.post(f"{case}/names")).text
            await desk.post(f"{case}/note", data={"text": woman.heard["note"]})
            await self._is_written_to(phone, woman, desk, case)
            await desk.post(f"{case}/lend", data=PORTAL)
            await self._gets_a_code(woman, desk, case)
            await desk.post(f"{case}/close", data={"reason": "done"})
        return reference

    async def begins(self, woman: Woman) -> None:
        """She stops in the middle: what she said is a draft."""
        await tells(self._phone(woman), woman.texts[:-4])

    async def asks_to_be_forgotten(self, woman: Woman, reference: str) -> None:
        """FORGET, with the number of her case; and the second after which the destroyed key is in no log any more."""
        assert "gone" in await tells(self._phone(woman), ("forget", reference))
        log = self.server.founded.data / "keyring.db-wal"
        await until(lambda: not log.stat().st_size)

    def _phone(self, woman: Woman) -> OnTelegram | BySms:
        if woman.sms:
            return BySms(self.twilio, self.server, woman.address, copies=1)
        return Profiled(self.telegram, int(woman.address), copies=1, profile=woman.said["profile"])

    async def _is_written_to(self, phone: OnTelegram | BySms, woman: Woman, desk: Any, case: str) -> None:
        before = len(phone.read)
        await desk.post(f"{case}/write", data={"text": woman.heard["answer"]})
        await until(lambda: len(phone.read) > before)
        assert woman.heard["answer"] in phone.read[-1]
        await phone.says(woman.said["message"])
        assert woman.said["message"] in (await desk.get(case)).text

    async def _gets_a_code(self, woman: Woman, desk: Any, case: str) -> None:
        page = (await desk.post(f"{case}/expect", data=PORTAL)).text
        number = lent_number(page)
        code = f"MOPH: your login code is {woman.heard['code']}"
        for sender, text in (("MOPH", code), ("QanaryaMin", woman.heard["appointment"])):
            sms = twilio_api.inbound(text, sender=sender, to=number)
            assert (await post_sms(self.server, sms))[0] == 200
        assert woman.heard["code"] in (await desk.get(case)).text


@dataclass
class Profiled(OnTelegram):
    """Somebody whose Telegram profile says who she is."""

    profile: str = ""

    def _write(self, text: str) -> dict[str, Any]:
        update = updates.message(self.chat, text, message_id=next(_ids))
        for place in (update["message"]["from"], update["message"]["chat"]):
            place |= {"first_name": self.profile, "last_name": self.profile, "username": self.profile}
        return update


def seized(founded: Founded, folder: Path) -> Founded:
    """A copy of all that lies on the disk now, as somebody would carry it away."""
    shutil.copytree(founded.data, folder / "data")
    shutil.copy(founded.log, folder / "server.log")
    return Founded(folder, {"RAFIQA_DATA_DIR": str(folder / "data")}, founded.passphrases)


def combined(folder: Path, *, database: Founded, keyring: Founded) -> Founded:
    """The database of one copy beside the keyring of another."""
    (folder / "data").mkdir(parents=True)
    for source, name in ((database, "main.db"), (keyring, "keyring.db")):
        target = folder / "data" / name
        with closing(sqlite3.connect(source.data / name)) as file, closing(sqlite3.connect(target)) as copy:
            file.backup(copy)
    shutil.copy(keyring.data / "index.key", folder / "data" / "index.key")
    return Founded(folder, {"RAFIQA_DATA_DIR": str(folder / "data")}, database.passphrases)


def openable(founded: Founded) -> set[str]:
    """The references of all cases that the passphrase of anybody opens."""
    return {reference for name in founded.passphrases for reference in _opened_by(founded, name)}


def _opened_by(founded: Founded, name: str) -> Iterator[str]:
    with deployed(founded.settings) as opened:
        team = opened.db.read_now(lambda session: team_key(session, name, founded.passphrases[name]))
        rows = opened.db.read_now(lambda session: session.exec(select(CaseRow).where(CaseRow.sealed_key != b"")).all())
        for row in rows:
            try:
                opened.vault.open_case(team, lock_of(row))
            except Gone:
                continue
            yield row.reference


def shred_secrets(founded: Founded) -> dict[str, bytes]:
    """The shred secret of each case that is not forgotten, by reference."""
    with deployed(founded.settings) as opened:
        rows = opened.db.read_now(lambda session: session.exec(select(CaseRow).where(CaseRow.secret_id != b"")).all())
        return {row.reference: opened.vault.keyring.secret(row.secret_id) for row in rows}
