"""Who is looking, and what she may see."""

from dataclasses import dataclass

from api.vault import TeamKey

VOLUNTEER = "volunteer"
COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, made anew for each request from her cookie, with the team key that it opened.

    `language` is ISO 639, of the console.
    """

    person_id: int
    name: str
    role: str
    language: str
    team: TeamKey

    @property
    def coordinator(self) -> bool:
        """Whether she may do what only coordinators may."""
        return self.role == COORDINATOR
