"""More numbers of one Twilio account: each sends by a lane of its own, as the SIMs of telephones do."""

from bot.channel import Channel, Pace
from bot.gateway import Sim
from bot.http import Http
from bot.twilio import PACE, TwilioMedia, TwilioSms
from flows.countries import Countries

NAME = "twilio"


class TwilioNumbers:
    """The numbers of an account besides the one of the settings. `status_url` is where Twilio reports deliveries."""

    name = NAME

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        countries: Countries,
        api_url: str = "https://api.twilio.com",
        status_url: str = "",
        pace: Pace = PACE,
    ) -> None:
        self._account, self._token, self._api_url = account_sid, auth_token, api_url
        self._status_url, self._pace, self._countries = status_url, pace, countries
        self._lines: list[TwilioSms] = []
        self._http = Http()
        self._media = TwilioMedia(self._http, account_sid, auth_token, api_url)

    def line(self, number: str, sim: Sim) -> Channel:
        """The channel of a number of ours (E.164); there is no SIM to choose."""
        line = TwilioSms(
            self._account,
            self._token,
            number,
            api_url=self._api_url,
            status_url=self._status_url,
            pace=self._pace,
            countries=self._countries,
        )
        self._lines.append(line)
        return line

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a MediaUrl of whichever number. Raises ChannelError."""
        return await self._media.fetch(reference, largest)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()
        for line in self._lines:
            await line.close()
