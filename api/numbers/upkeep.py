"""What numbers need again and again: tests, alarms, recharging, and lines that move by themselves."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from api.keys.vault import Vault
from api.numbers import health, selftest, turns, waiting
from flows.portal import Portals


def keep_up(
    session: Session, vault: Vault, portals: Portals, senders: Collection[str], token: str, now: datetime
) -> set[str]:
    """Do what is due; gives the references of the cases for which something changed.

    `senders` are the numbers of ours (E.164) that can send now, `token` is for a self-test, drawn by chance.
    """
    selftest.end_overdue(session, now)
    selftest.begin(session, vault, senders, token, now)
    health.watch(session, vault, now)
    return waiting.offer(session, portals, now) | turns.advance_all(session, now)
