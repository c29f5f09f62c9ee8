"""`python -m flows.catalogues` brings every catalogue up to date with the texts; `--check` counts what is missing."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from flows.service import ServiceFile
from flows.source import read_yaml

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
DOMAINS = ("messages", "console")
KEYWORDS = {"t": None, "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
UNREAD = "not read by a native speaker"
"""Stands in the header of a catalogue until somebody who speaks the language has read it."""


def template(domain: str) -> Catalog:
    """All texts of a domain as they stand in the sources, found by `translations/<domain>.cfg`."""
    with (TRANSLATIONS / f"{domain}.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog(project="Rafiqa", charset="utf-8")
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    for filename, line, message, comments, context in found:
        catalogue.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalogue


def catalogues(domain: str) -> Iterator[tuple[Path, Catalog]]:
    """Every language's catalogue of a domain."""
    for path in sorted(TRANSLATIONS.glob(f"*/LC_MESSAGES/{domain}.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.parts[-3], domain=domain)


def update(domain: str) -> None:
    """Add new texts and drop old ones; a text whose source changed must be translated anew, never guessed."""
    source = template(domain)
    for path, catalogue in catalogues(domain):
        source.creation_date = catalogue.creation_date  # a new date would only be a conflict in the next merge
        catalogue.update(source, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_by_file=True, include_lineno=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """The texts that a catalogue must have and lacks; and how many it may lack, because no reader meets them.

    A worker meets the texts of a service in the languages that it claims. What volunteers learn before they take a case
    must be there for a service that is on from the start; of one that is off it is read in English until then.
    """

    texts: tuple[str, ...]
    may_lack: int


def missing(source: Catalog, catalogue: Catalog, domain: str, language: str) -> Missing:
    """What a catalogue does not translate."""
    gaps = [one for one in source if one.id and not _translated(catalogue, one.id, one.context)]
    needed = _needed(domain, language)
    must = tuple(str(one.id) for one in gaps if needed.get((one.context or "").partition(":")[0], True))
    return Missing(must, len(gaps) - len(must))


def _needed(domain: str, language: str) -> dict[str, bool]:
    """Whether the texts of each service must be there."""
    files = [
        ServiceFile.model_validate(read_yaml(path)) for path in sorted((ROOT / "flows" / "library").glob("*.yaml"))
    ]
    return {one.service: one.on if domain == "console" else language in one.languages for one in files}


def _translated(catalogue: Catalog, text: object, context: str | None) -> bool:
    found = catalogue.get(text, context)  # type: ignore[arg-type]  # a plural is a tuple there
    return bool(found and found.string and not found.fuzzy)


def main(arguments: list[str] | None = None) -> int:
    """Update, or with `--check` count; gives 1 when something is not translated."""
    parser = argparse.ArgumentParser(prog="python -m flows.catalogues", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; count what is missing")
    checking = parser.parse_args(arguments).check
    lacking = 0
    for domain in DOMAINS:
        if not checking:
            update(domain)
        source = template(domain)
        for path, catalogue in catalogues(domain):
            language = path.parts[-3]
            gaps = missing(source, catalogue, domain, language)
            read = "" if UNREAD not in catalogue.header_comment else f", {UNREAD}"
            others = f", {gaps.may_lack} of services that do without" if gaps.may_lack else ""
            print(f"{language} {domain}: {len(source)} texts, {len(gaps.texts)} missing{others}{read}")
            lacking += len(gaps.texts)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
