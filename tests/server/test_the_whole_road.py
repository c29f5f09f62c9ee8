"""The main job over the wire: from a worker's first SMS to the row in the ministry's file, on both databases."""

import asyncio
import io
import re
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from tests.fakes import twilio_api
from tests.fakes.twilio_api import TwilioApi
from tests.server.people import BySms, lent_number, post_sms, reference_in, tells
from tests.server.running import Server, by_sms, found, running, until

REGISTRATION = (
    "hello", "1", "1", "1", "1", "1", "Almaz Tesfaye", "25 May 1992", "1", "1", "1", "2", "EP1234567", "4", "0",
    "1", "1", "7", "2", "4", "4", "1", "1", "1",
)  # fmt: skip
"""She has no phone of her own and lives in Beirut, which has one district."""
PORTAL = {"portal": "model_ministry"}
CODE = re.compile(r'<output id="code"[^>]*>(\d+)</output>')
EXPORT = {"service": "vaccination", "export": "ministry", "form": "xlsx"}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting that names the database; SQLite is where it lies when there is none."""
    return {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}


async def test_from_the_first_sms_to_the_ministrys_file(tmp_path: Path, database: dict[str, str]) -> None:
    async with TwilioApi() as twilio:
        founded = found(tmp_path, **by_sms(twilio), **database)
        async with running(founded) as server, server.browser() as desk, server.browser() as office:
            almaz = BySms(twilio, server, "+96170500600")
            reference = reference_in(await tells(almaz, REGISTRATION))

            await server.signed_in(desk, "Hana")
            await _takes_the_case(server, desk, reference)
            number = await _borrows_a_number(desk, reference)
            await _reads_the_code(server, desk, reference, number)
            await _writes_to_her(desk, reference, almaz)
            closed = await desk.post(f"/cases/{reference}/close", data={"reason": "done"})
            assert closed.url.path == "/queue"

            await server.signed_in(office, "Amal")
            row = await _exports(office)
            assert (row["Reference"], row["Full name"], row["Date of birth"]) == (
                reference,
                "Almaz Tesfaye",
                "1992-05-25",
            )
            assert (row["Phone"], row["Document number"]) == (number, "EP1234567")
            assert f">{reference}<" in (await office.get("/audit")).text


async def _takes_the_case(server: Server, desk: httpx.AsyncClient, reference: str) -> None:
    queue = await desk.get("/queue")
    assert reference in queue.text
    assert "Almaz" not in queue.text
    assert (await desk.get(f"/cases/{reference}")).status_code == 404  # nobody opens what she has not taken
    case = await desk.post("/queue/next")
    assert case.url.path == f"/cases/{reference}"
    assert "Almaz Tesfaye" not in case.text, "it is sent only when it is asked for"
    assert "Almaz Tesfaye" in (await desk.post(f"/cases/{reference}/names")).text
    assert "70500600" not in case.text
    async with server.browser() as another:
        await server.signed_in(another, "Rita")
        assert (await another.get(f"/cases/{reference}")).status_code == 404
        assert (await another.post(f"/cases/{reference}/claim")).status_code == 409


async def _borrows_a_number(desk: httpx.AsyncClient, reference: str) -> str:
    page = await desk.post(f"/cases/{reference}/lend", data=PORTAL)
    return lent_number(page.text)


async def _reads_the_code(server: Server, desk: httpx.AsyncClient, reference: str, number: str) -> None:
    assert "data-left" in (await desk.post(f"/cases/{reference}/expect", data=PORTAL)).text
    async with desk.stream("GET", f"/cases/{reference}/events") as events:
        news = events.aiter_lines()
        sms = twilio_api.inbound("MOPH: your login code is 482913. Do not share it.", sender="MOPH", to=number)
        for _ in range(2):
            assert (await post_sms(server, sms))[0] == 200
        async with asyncio.timeout(60):
            while "changed" not in await anext(news):
                pass
    assert CODE.findall((await desk.get(f"/cases/{reference}")).text) == ["482913"]


async def _writes_to_her(desk: httpx.AsyncClient, reference: str, almaz: BySms) -> None:
    before = len(almaz.read)
    await desk.post(f"/cases/{reference}/write", data={"text": "Can you come on Sunday at ten?"})
    await until(lambda: len(almaz.read) > before)
    assert almaz.read[before:] == ["Can you come on Sunday at ten?"]
    await almaz.says("Yes, I will be there")
    assert "Yes, I will be there" in (await desk.get(f"/cases/{reference}")).text


async def _exports(office: httpx.AsyncClient) -> dict[object, object]:
    made = await office.post("/export", data=EXPORT)
    assert made.status_code == 200, made.text
    header, *rows = load_workbook(io.BytesIO(made.content)).active.iter_rows(values_only=True)
    assert len(rows) == 1
    assert sha256(made.content).hexdigest() in (await office.get("/export")).text.replace("\n", "")
    assert (await office.post("/export", data=EXPORT)).status_code == 409
    assert (await office.post("/export", data={**EXPORT, "again": "yes"})).status_code == 200
    return dict(zip(header, rows[0], strict=True))
