"""Tasks whose deadline passed: those on duty hear of each, once; of one that needs a skill, those who have it."""

from datetime import datetime

from sqlmodel import Session

from api.desk.tasks import mark_late
from api.keys.vault import Vault
from api.staff import alerts


def escalate_late(session: Session, vault: Vault, now: datetime) -> int:
    """Tell those on duty of the tasks that became late; gives how many."""
    found = mark_late(session, now)
    for task_id, skill in found:
        alerts.alert_on_duty(session, vault, "late", now, about=f"task:{task_id}", skill=skill)
    return len(found)
