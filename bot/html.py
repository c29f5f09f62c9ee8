"""HTML of an e-mail as plain text: what can be read, and where links lead. Nothing in it is run, shown or fetched."""

import re
from html.parser import HTMLParser

HIDDEN = frozenset(("script", "style", "title", "template", "svg", "iframe"))
BLOCKS = frozenset(
    (
        "p",
        "div",
        "br",
        "tr",
        "table",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "section",
        "blockquote",
    )
)
CELLS = frozenset(("td", "th"))
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link"))


class _Reader(HTMLParser):
    """Collects what is written between tags, and behind a link's words where it leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden.append(tag)
        elif tag == "body":
            self._hidden.clear()  # whatever was left open above it
        elif tag in BLOCKS:
            self.parts.append("\n")
        elif tag in CELLS:
            self.parts.append(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag == "img" and not self._hidden:
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in BLOCKS - _VOID:
            self.parts.append("\n")
        elif tag == "a" and self._links:
            target, start = self._links.pop()
            said = "".join(self.parts[start:])
            if re.match(r"https?://\S+\Z", target) and target not in said:
                self.parts.append(f" <{target}>")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def to_text(html: str) -> str:
    """The words of a page, a line for each of its blocks; a link is followed by its address in angle brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
