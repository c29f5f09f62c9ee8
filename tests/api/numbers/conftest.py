"""A morning with two cases on one number."""

import pytest

from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from tests.factories import make_numbers
from tests.mornings import Morning


@pytest.fixture
def morning(db: Database, vault: Vault, coordinator: Viewer) -> Morning:
    morning = Morning(db, vault, coordinator)
    (morning.number,) = make_numbers(db, coordinator, 1)
    morning.one, morning.other = morning.case(), morning.case()
    return morning
