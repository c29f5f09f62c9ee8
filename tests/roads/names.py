"""References as a road writes them: a real one is drawn by chance, a road calls them the same each time."""

import re
from dataclasses import dataclass, field

CALLED = (
    "K7-4QF", "M3-TRX", "P9-HCE", "R4-WSN", "T6-JKB", "V8-DGL", "W3-FMP", "X9-QHR", "Y4-BTC", "Z7-NKS", "B6-PVW",
    "C8-RXD", "D3-SJF", "F9-TLG", "G4-VMH", "H7-WNJ",
)  # fmt: skip


@dataclass
class Names:
    """What the references of a road are called, in the order in which their cases were opened."""

    called: dict[str, str] = field(default_factory=dict)

    def learn(self, references: list[str]) -> None:
        """These are all that there are, the oldest first."""
        for one in references:
            self.called.setdefault(one, CALLED[len(self.called)])

    def shown(self, text: str) -> str:
        """A text as the road writes it."""
        return self._replaced(text, self.called)

    def meant(self, text: str) -> str:
        """A text of the road as it really was."""
        return self._replaced(text, {ours: real for real, ours in self.called.items()})

    @staticmethod
    def _replaced(text: str, by: dict[str, str]) -> str:
        return re.sub("|".join(map(re.escape, by)), lambda found: by[found[0]], text) if by else text
