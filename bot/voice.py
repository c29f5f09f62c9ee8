"""Masked calls through Twilio's voice: what happens on a call (TwiML), and the call that we place.

Written against twilio.com/docs/voice: twiml/dial, twiml/number, twiml/gather, api/call-resource. Nothing is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from bot.channel import ChannelError, Malformed
from bot.http import Http
from bot.twilio import Form, TwilioHttp

RING = 25
"""Seconds that a telephone rings: shorter than most mailboxes wait."""
LONGEST = 60 * 60
"""Seconds of a call at most."""
PRESS_ONE = "Rafiqa. One. Press 1."
"""Said to a volunteer: a mailbox presses nothing, so no worker ever speaks to one."""
_ACCENTS = {"ar": "arb", "fr": "fr-FR", "en": "en-GB"}

Outcome = Literal["answered", "busy", "no_answer", "failed"]
_OUTCOMES: Mapping[str, Outcome] = {
    "completed": "answered",
    "answered": "answered",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class CallReport:
    """How a leg of a call ended, and how many seconds it was spoken."""

    outcome: Outcome
    seconds: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls which number of ours (E.164), as Twilio writes it, and its id of the call."""

    number: str
    to: str
    id: str


class TwilioVoice:
    """Calls from one number of ours. `api_url` is scheme and host of the REST API, `base_url` where Twilio finds us."""

    def __init__(self, account_sid: str, auth_token: str, number: str, *, api_url: str, base_url: str) -> None:
        self.number = number
        self._hooks = base_url.rstrip("/") + "/webhooks/twilio/voice"
        self._http = Http()
        self._client = Client(
            account_sid, auth_token, http_client=TwilioHttp(self._http), environment={"TWILIO_REGION": ""}
        )
        self._client.api.base_url = api_url

    async def place(self, to: str, call_id: int) -> None:
        """Ring a volunteer (E.164); when she takes it, Twilio asks `taken`. Raises ChannelError."""
        try:
            await self._client.calls.create_async(
                to=to,
                from_=self.number,
                url=self._hook("taken", call_id),
                status_callback=self._hook("over", call_id),
                status_callback_event=["completed"],
                timeout=RING,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ChannelError("answer", permanent=False) from None

    def ask(self, call_id: int, language: str) -> str:
        """Ask whoever took the call to press 1, in the language that is nearest to hers; else hang up."""
        answer = VoiceResponse()
        gather = Gather(num_digits=1, timeout=8, action=self._hook("connect", call_id))
        gather.say(PRESS_ONE, language=_ACCENTS.get(language, "en-GB"), loop=2)
        answer.append(gather)
        answer.hangup()
        return str(answer)

    def connect(self, to: str, call_id: int) -> str:
        """Put the call through to a number (E.164), which sees ours."""
        dial = self._dial(call_id)
        dial.number(to)
        return _with(dial)

    def ring(self, to: str, call_id: int) -> str:
        """Put a worker's call through to a volunteer (E.164), who is asked to press 1 before they are connected."""
        dial = self._dial(call_id)
        dial.number(to, url=self._hook("taken", call_id))
        return _with(dial)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    def _dial(self, call_id: int) -> Dial:
        return Dial(
            caller_id=self.number,
            timeout=RING,
            time_limit=LONGEST,
            answer_on_bridge=True,
            record="do-not-record",
            action=self._hook("ended", call_id),
        )

    def _hook(self, what: str, call_id: int) -> str:
        return f"{self._hooks}/{what}?{urlencode({'call': call_id})}"


def _with(verb: Dial) -> str:
    answer = VoiceResponse()
    answer.append(verb)
    return str(answer)


def joined() -> str:
    """Say nothing more to the volunteer: the two are connected now."""
    return str(VoiceResponse())


def hang_up() -> str:
    """End the call."""
    answer = VoiceResponse()
    answer.hangup()
    return str(answer)


def reject() -> str:
    """Refuse a call before it is taken: it costs the caller nothing (twilio.com/docs/voice/twiml/reject)."""
    answer = VoiceResponse()
    answer.reject(reason="busy")
    return str(answer)


def pressed_one(form: Form) -> bool:
    """Whether whoever was asked pressed 1."""
    return dict(form).get("Digits") == "1"


def parse_call(form: Form) -> Caller:
    """Who calls. A number that is not shown is empty, a word or one of Twilio's own. Raises Malformed."""
    fields = dict(form)
    for name in ("CallSid", "To"):
        if not fields.get(name):
            raise Malformed(name)
    return Caller(fields.get("From", ""), fields["To"], fields["CallSid"])


def parse_end(form: Form) -> CallReport:
    """How a call ended: of the leg that was dialled, or else of the call itself. Raises Malformed."""
    fields = dict(form)
    status = fields.get("DialCallStatus") or fields.get("CallStatus", "")
    seconds = fields.get("DialCallDuration") or fields.get("CallDuration") or "0"
    if status not in _OUTCOMES or not seconds.isdecimal():
        raise Malformed("CallStatus")
    return CallReport(_OUTCOMES[status], int(seconds))
