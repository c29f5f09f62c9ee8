"""What a person is told when she asks for what cannot be done: one sentence a code, in the console's source language."""

SENTENCES: dict[str, str] = {}
UNKNOWN = "That cannot be done now. Load the page again and look how things stand."


def refusal(code: str) -> str:
    """The sentence for the code of an `api.errors.Refused`."""
    return SENTENCES.get(code, UNKNOWN)
