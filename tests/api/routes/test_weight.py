"""The first view of the queue is light enough for a poor connection, and the console can be installed."""

import json
import re
import struct
from pathlib import Path

from sqlmodel import Session

from api.console.render import STATIC
from tests.desks import running_desk
from tests.scenes import Scene

MOST = 60_000
"""Bytes over the wire, uncompressed and without a cache, with headers left out."""
WAITING = 12
LINKED = re.compile(r'<(?:link[^>]*?(?:rel="(?:stylesheet|icon|manifest)")[^>]*?href|script src|img src)="([^"]+)"')


async def test_the_first_view_of_the_queue_weighs_less_than_sixty_kilobytes(tmp_path: Path) -> None:
    async with running_desk(tmp_path) as desk:
        scene = await Scene.of(desk.shell, desk.app.state.gate)

        def fill(session: Session) -> None:
            scene.fill(session)
            for number in range(WAITING):
                scene.open(session, 6 + number / 10)

        await desk.shell.db.write(fill)
        async with desk.browser("Hana") as hana:
            page = (await hana.get("/queue")).text
            parts = {path: len((await hana.get(path)).content) for path in set(LINKED.findall(page))}
    assert {"/static/rafiqa.css", "/static/live.js", "/static/manifest.json"} <= parts.keys()
    assert len(page.encode()) + sum(parts.values()) < MOST, (len(page.encode()), parts)


async def test_the_manifest_names_icons_that_are_there_in_the_size_that_it_says(tmp_path: Path) -> None:
    async with running_desk(tmp_path) as desk, desk.browser() as anybody:
        answer = await anybody.get("/static/manifest.json")
        assert answer.headers["content-type"] == "application/json"
        manifest = json.loads(answer.text)
        page = (await anybody.get("/sign-in")).text
    assert 'rel="manifest" href="/static/manifest.json"' in page
    assert page.count('name="theme-color"') == 2
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    for icon in manifest["icons"]:
        content = (STATIC / Path(icon["src"]).name).read_bytes()
        if icon["type"] == "image/png":
            assert "{}x{}".format(*struct.unpack(">II", content[16:24])) == icon["sizes"]


SHEET = (STATIC / "rafiqa.css").read_text("utf-8")
PAIRS = [("ink", "paper"), ("ink", "card"), ("quiet", "paper"), ("quiet", "card"), ("quiet", "sunk"), ("link", "card"),
         ("danger", "danger-soft"), ("danger", "card"), ("ink", "lamp-soft"), ("on-lamp", "lamp")]  # fmt: skip


def colours(name: str) -> list[str]:
    """A colour of the sheet, light and dark."""
    found = re.search(rf"--{name}: (?:light-dark\((#\w+), (#\w+)\)|(#\w+));", SHEET)
    assert found, name
    light, dark, both = found.groups()
    return [light or both, dark or both]


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stands_out_by_day_and_by_night() -> None:
    """WCAG AA: 4.5 to 1, in the light theme and in the dark one."""
    for text, ground in PAIRS:
        for one, other in zip(colours(text), colours(ground), strict=True):
            dark, light = sorted((luminance(one), luminance(other)))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground, one, other)
