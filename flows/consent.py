"""Whether a consent that was given covers what it covers today: her own words are compared, not a version's number."""

from flows.loader import Service
from flows.model import Answer


def covers(service: Service, consent: str, answer: Answer) -> bool:
    """Whether she said yes to words that name every item of today's consent, in whichever language she read them.

    An item that was added to the service file since, or that got another name, is one that she was not asked about.
    """
    items = service.by_name[consent].question.items
    return answer.value == "yes" and any(
        all(service.title_of(item, language) in answer.wording for item in items) for language in service.file.languages
    )
