"""The container files are true, as far as that can be seen without an engine that runs them."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from api.routes import health
from api.settings import Settings
from api.variables import read_variables
from flows.lined import parse
from tests.libraries import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = parse((ROOT / "compose.yaml").read_bytes())
APP, DATABASE = COMPOSE["services"]["app"], COMPOSE["services"]["database"]
SECRETS = "/run/secrets/"


def instructions(word: str) -> list[str]:
    """What follows this word of a Dockerfile, wherever a line begins with it."""
    return re.findall(rf"^(?:HEALTHCHECK [^\n]*?)?{word} +(.+)$", DOCKERFILE, flags=re.MULTILINE)


@contextmanager
def server(status: int) -> Iterator[int]:
    """A server on a free port that answers `/health` with this status, and all else with 404."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_port
        listening.shutdown()


def test_every_setting_that_is_named_exists() -> None:
    for name in re.findall(r"RAFIQA_[A-Z_]*[A-Z]", DOCKERFILE + (ROOT / "compose.yaml").read_text("utf-8")):
        assert read_variables({name: __file__}, set(Settings.model_fields))  # raises for an unknown one


def test_the_settings_of_the_app_are_secrets_that_it_gets() -> None:
    for variable, path in APP["environment"].items():
        name = variable.removeprefix("RAFIQA_").removesuffix("_FILE").lower()

        assert name in Settings.model_fields
        assert variable.endswith("_FILE")
        assert path == SECRETS + name
        assert name in APP["secrets"]


def test_every_secret_and_every_volume_is_declared_and_used() -> None:
    services = COMPOSE["services"].values()
    volumes = [mounted.split(":")[0] for service in services for mounted in service["volumes"]]

    assert sorted(COMPOSE["secrets"]) == sorted(one for service in services for one in service["secrets"])
    assert sorted(COMPOSE["volumes"]) == sorted(volumes), "the keyring shares its volume with nothing"


def test_what_must_never_be_archived_lies_on_a_volume_of_its_own() -> None:
    (data,) = re.findall(r"RAFIQA_DATA_DIR=(\S+)", DOCKERFILE)

    assert APP["volumes"] == [f"keyring:{data}"]
    assert instructions("VOLUME") == [data]


def test_the_app_waits_for_a_database_that_answers() -> None:
    assert APP["depends_on"]["database"]["condition"] == "service_healthy"
    assert DATABASE["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert DATABASE["environment"]["POSTGRES_PASSWORD_FILE"] == SECRETS + DATABASE["secrets"][0]


def test_nothing_is_open_to_the_world_by_itself() -> None:
    assert [port for port in APP["ports"] if not port.startswith("127.0.0.1:")] == []
    assert "ports" not in DATABASE
    assert instructions("USER") == ["rafiqa"]


def test_what_is_copied_into_the_image_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sources = [source for copy in instructions("COPY") for source in copy.split()[:-1]]

    assert [one for one in sources if not (ROOT / one).exists()] == []
    assert [one for one in sources if f"!{one}" not in ignored] == []


def test_what_is_installed_is_what_was_locked() -> None:
    packages, ours = (one for one in instructions("RUN") if "pip install" in one)

    assert "--require-hashes -r requirements/run.txt" in packages
    assert "--no-deps --no-build-isolation" in ours


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_container_is_as_healthy_as_the_server_says(status: int, code: int) -> None:
    check, _serve = map(json.loads, instructions("CMD"))
    with server(status) as port:
        environment = {**os.environ, "PORT": str(port)}
        ended = subprocess.run([sys.executable, *check[1:]], env=environment, capture_output=True, check=False)

    assert ended.returncode == code
    assert [route.path for route in health.router.routes] == ["/health"]  # type: ignore[attr-defined]
