"""Tells SMSGate's telephones where to post: an operator who set its password need do nothing more."""

import asyncio
import logging

from bot.channel import ChannelError
from bot.smsgate import SmsGate

log = logging.getLogger("rafiqa.announcing")
PAUSES = (5, 30, 120, 600)
"""Seconds to wait after the first, second … failure in a row."""


async def announce(gateway: SmsGate, url: str) -> None:
    """Tell it our address; tried again until it hears, unless it refuses the address itself."""
    failures = 0
    while True:
        try:
            await gateway.announce(url)
        except ChannelError as error:
            log.warning("SMSGate does not take our address: %s", error)
            if error.permanent:
                return
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
        else:
            return
