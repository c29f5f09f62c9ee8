"""The environment is read once; what is unknown or wrong stops the start and is named, never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings, load
from api.variables import SettingsError
from bot.channel import Pace


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAFIQA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PORT", raising=False)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load()
    return str(caught.value)


def test_a_deployment_without_settings_is_local_and_quiet(tmp_path: Path) -> None:
    settings = load()
    assert settings.database_url == f"sqlite:///{tmp_path}/main.db"
    assert settings.keyring_path == tmp_path / "keyring.db"
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.telegram_token, settings.twilio_auth_token, settings.simulator) == (None, None, False)


def test_the_folder_is_called_data_when_nobody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAFIQA_DATA_DIR")
    settings = load()
    assert settings.data_dir == Path("data")
    assert settings.database_url == f"sqlite:///{Path('data/main.db').absolute()}"


def test_a_plain_port_counts_unless_ours_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    assert (load().port, load().base_url) == (9001, "http://127.0.0.1:9001")
    monkeypatch.setenv("RAFIQA_PORT", "9002")
    assert (load().port, load().base_url) == (9002, "http://127.0.0.1:9002")


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("8123:abc\n")
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKEN_FILE", str(tmp_path / "token"))
    token = load().telegram_token
    assert token is not None
    assert token.get_secret_value() == "8123:abc"


def test_a_file_that_cannot_be_read_or_a_setting_given_twice_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKEN_FILE", str(tmp_path / "absent"))
    assert refusal() == "RAFIQA_TELEGRAM_TOKEN_FILE: the file that it names cannot be read"
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKEN", "8123:abc")
    assert refusal() == "RAFIQA_TELEGRAM_TOKEN_FILE: RAFIQA_TELEGRAM_TOKEN is set too; only one may be"


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("RAFIQA_PORT", "")
    assert (load().telegram_token, load().port) == (None, 8000)


def test_an_unknown_setting_is_refused_with_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKN", "8123:abc")
    assert refusal() == "RAFIQA_TELEGRAM_TOKN: there is no such setting; is RAFIQA_TELEGRAM_TOKEN meant?"


WRONG = {
    "RAFIQA_DATABASE_URL": "mysql://root@localhost/rafiqa",
    "RAFIQA_PORT": "eighty-eighty",
    "RAFIQA_BASE_URL": "cedar-desk",
    "RAFIQA_TELEGRAM_SECRET": "not allowed!",
    "RAFIQA_TELEGRAM_API_URL": "http://127.0.0.1:1/bot",
    "RAFIQA_TELEGRAM_PACE": "fast",
    "RAFIQA_TWILIO_NUMBER": "03 123 456",
    "RAFIQA_INDEX_KEY": "beef",
    "RAFIQA_SIMULATOR": "perhaps",
    "RAFIQA_LOG_LEVEL": "chatty",
    "RAFIQA_TIME_ZONE": "Phoenicia/Tyre",
    "RAFIQA_SESSION_MINUTES": "0.123",
}


@pytest.mark.parametrize("variable", WRONG)
def test_a_wrong_value_is_refused_in_one_line_that_names_it_and_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, WRONG[variable])
    message = refusal()
    assert message.startswith(f"{variable}: ")
    assert WRONG[variable] not in message
    assert "\n" not in message


def test_every_wrong_value_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in WRONG.items():
        monkeypatch.setenv(variable, value)
    assert {line.split(":")[0] for line in refusal().splitlines()} == set(WRONG)


def test_half_a_twilio_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_TWILIO_AUTH_TOKEN", "t0ken")
    assert "RAFIQA_TWILIO_NUMBER" in refusal()


def test_the_simulator_is_refused_beside_a_real_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_SIMULATOR", "on")
    monkeypatch.setenv("RAFIQA_TELEGRAM_TOKEN", "8123:abc")
    assert "RAFIQA_TELEGRAM_TOKEN" in refusal()
    for local in ("http://127.0.0.1:5001", "http://localhost:5001", "http://[::1]:5001"):
        monkeypatch.setenv("RAFIQA_TELEGRAM_API_URL", local)
        assert load().simulator
    monkeypatch.setenv("RAFIQA_TELEGRAM_API_URL", "http://127.0.0.1.example.org")
    assert "RAFIQA_SIMULATOR" in refusal()
    monkeypatch.delenv("RAFIQA_TELEGRAM_TOKEN")
    assert load().simulator


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url="postgresql://rafiqa:hunter2@localhost/rafiqa",
        telegram_token="hunter2",
        telegram_secret="hunter2",
        twilio_account_sid="AC1",
        twilio_auth_token="hunter2",
        twilio_number="+96170000001",
        index_key="ab" * 32,
    )
    assert "hunter2" not in repr(settings)
    assert "abab" not in repr(settings)


def test_the_index_key_is_a_setting_or_a_file(tmp_path: Path) -> None:
    assert Settings(index_key="ab" * 32).index_key_bytes == b"\xab" * 32
    with pytest.raises(SettingsError, match="rafiqa setup"):
        _ = Settings().index_key_bytes
    (tmp_path / "index.key").write_text("cd" * 32 + "\n")
    assert Settings().index_key_bytes == b"\xcd" * 32


def test_what_tests_pass_in_stands_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAFIQA_PORT", "9000")
    assert Settings(port=9001).port == 9001
    assert Settings(telegram_pace=Pace(0, 0)).telegram_pace == Pace(0, 0)
    assert Settings(desk_phrase="The sea is calm").desk.phrase == "The sea is calm"
    with pytest.raises(ValidationError):
        Settings(colour="green")  # type: ignore[call-arg]


def test_a_pace_is_two_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_TELEGRAM_PACE", "25 1.5")
    monkeypatch.setenv("RAFIQA_TWILIO_PACE", "10 0")
    assert (load().telegram_pace, load().twilio_pace) == (Pace(25, 1.5), Pace(10, 0))


GATEWAYS = {
    "SMSGATE": {"SMSGATE_USER": "R4", "SMSGATE_PASSWORD": "secret", "SMSGATE_SIGNING_KEY": "k" * 32},
    "HTTPSMS": {"HTTPSMS_API_KEY": "secret", "HTTPSMS_SIGNING_KEY": "k" * 32},
    "CHT": {"CHT_PASSWORD": "k" * 16},
}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_gateway_is_set_up_and_the_simulator_then_refused(monkeypatch: pytest.MonkeyPatch, gateway: str) -> None:
    for name, value in GATEWAYS[gateway].items():
        monkeypatch.setenv(f"RAFIQA_{name}", value)
    monkeypatch.setenv("RAFIQA_BASE_URL", "https://desk.example.org")
    assert load().simulator is False
    monkeypatch.setenv("RAFIQA_SIMULATOR", "on")
    assert "RAFIQA_SIMULATOR=on is refused" in refusal()
    assert "secret" not in refusal()


def test_beside_a_gateway_on_this_machine_one_may_play(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GATEWAYS["SMSGATE"], **GATEWAYS["HTTPSMS"], **GATEWAYS["CHT"]}.items():
        monkeypatch.setenv(f"RAFIQA_{name}", value)
    monkeypatch.setenv("RAFIQA_SMSGATE_API_URL", "http://127.0.0.1:3000/3rdparty/v1")
    monkeypatch.setenv("RAFIQA_HTTPSMS_API_URL", "http://localhost:8000")
    monkeypatch.setenv("RAFIQA_SIMULATOR", "on")
    assert load().simulator


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMSGATE_SIGNING_KEY", "aB3xK9_1", "should have at least 32 characters"),
        ("HTTPSMS_SIGNING_KEY", "k" * 31, "should have at least 32 characters"),
        ("CHT_PASSWORD", "topSecret", "should have at least 16 characters"),
        ("SMSGATE_PASSWORD", "secret", "needs RAFIQA_SMSGATE_USER"),
        ("HTTPSMS_API_KEY", "secret", "needs RAFIQA_HTTPSMS_SIGNING_KEY"),
    ],
)
def test_a_gateway_that_is_set_up_halfway_or_guessable_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"RAFIQA_{name}", value)
    assert said in refusal()
    assert value not in refusal()
