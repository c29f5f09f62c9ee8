"""JSON of Telegram, as it comes: quickly, and whatever else stands in it."""

import json
from typing import Any

from pydantic_core import from_json


def read_json(body: bytes) -> Any:
    """By pydantic's reader, and by the standard one where that gives up: at half a surrogate pair, for example.

    Raises ValueError for what is no JSON, RecursionError for what is too deep.
    """
    try:
        return from_json(body)
    except ValueError:
        return json.loads(body)
