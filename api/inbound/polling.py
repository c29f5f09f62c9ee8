"""Asks Telegram for updates where it cannot reach us: no public address is needed."""

import asyncio
import logging
from dataclasses import dataclass

from api.inbound.intake import Intake
from bot.channel import ChannelError
from bot.telegram import Telegram

log = logging.getLogger("rafiqa.polling")
GAP = 0.2
"""Seconds before asking again when nothing came: a server that does not hold the line is not flooded."""
PAUSES = (1, 2, 5, 10, 30)
"""Seconds to wait after the first, second … failure in a row."""


@dataclass(slots=True)
class Hearing:
    """How it stands with what comes in: `last_error` is the code of Telegram's last refusal, or nothing."""

    last_error: str = ""


async def poll(intake: Intake, telegram: Telegram, hearing: Hearing) -> None:
    """Take updates one after another until cancelled. An update is asked for again until it is stored."""
    offset, failures = 0, 0
    webhook_gone = False
    courtesies: set[asyncio.Task[None]] = set()  # a press that is slow to be answered keeps nobody waiting
    while True:
        try:
            if not webhook_gone:
                await telegram.drop_webhook()
                webhook_gone = True
            updates = await telegram.poll(offset)
            for update in updates:
                callback = await intake.telegram_update(telegram, update)
                offset = int(update["update_id"]) + 1
                if callback:
                    courtesies.add(courtesy := asyncio.create_task(telegram.answer(callback)))
                    courtesy.add_done_callback(courtesies.discard)
            failures, hearing.last_error = 0, ""
            await asyncio.sleep(0 if updates else GAP)
        except ChannelError as error:
            webhook_gone = webhook_gone and error.code != "409"
            hearing.last_error = error.code
            log.warning("Telegram does not answer: %s", error)
            failures = await _rest(failures)
        except Exception as error:
            log.error("updates could not be stored: %s", type(error).__name__)
            failures = await _rest(failures)


async def announce_webhook(telegram: Telegram, url: str, secret: str, hearing: Hearing) -> None:
    """Tell Telegram where to send updates; tried again until it hears."""
    failures = 0
    while True:
        try:
            await telegram.set_webhook(url, secret)
        except ChannelError as error:
            hearing.last_error = error.code
            log.warning("Telegram does not take our address: %s", error)
            failures = await _rest(failures)
        else:
            hearing.last_error = ""
            return


async def _rest(failures: int) -> int:
    await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
    return failures + 1
