"""`python -m flows talk SERVICE`, `check` and `draw SERVICE`: services without a server."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from flows.check import check, segments_of
from flows.drawing import draw
from flows.engine import step
from flows.errors import ServiceError
from flows.language import load_catalogues
from flows.loader import Library, Service, load_library
from flows.model import Desk, Draft, Manner, Message
from flows.places import load_places
from flows.portal import Portals, load_portals
from flows.portal_messages import check_portals
from flows.trying import said

ROOT = Path(__file__).resolve().parent
LIBRARY = ROOT / "library"
TRANSLATIONS = ROOT.parent / "translations"


def main(arguments: list[str] | None = None) -> int:
    """Run one of them; gives the exit status: 1 when a service has errors."""
    given = _parser().parse_args(arguments)
    try:
        library = load_library(given.library, load_catalogues(TRANSLATIONS), load_places(LIBRARY / "places"), Desk())
        portals = load_portals(given.library / "portals") if not given.service else {}
        chosen = [library.services[given.service]] if given.service else list(library.services.values())
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyError:
        print(f"there is no service {given.service!r}", file=sys.stderr)
        return 1
    if given.command == "check":
        return report(library, chosen, portals)
    if given.command == "draw":
        print(draw(library, chosen[0], given.lang))
        return 0
    talk(library, chosen[0], given.lang, "sms" if given.sms else "chat")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    parser.add_argument("--library", type=_folder, default=LIBRARY, metavar="FOLDER", help="service files elsewhere")
    commands = parser.add_subparsers(dest="command", required=True)
    talking = commands.add_parser("talk", help="talk to a service in this terminal")
    talking.add_argument("service")
    talking.add_argument("--lang", default="", help="begin in this language, e.g. am")
    talking.add_argument("--sms", action="store_true", help="as by SMS")
    drawing = commands.add_parser("draw", help="draw a service as a flow: an SVG that fits a page")
    drawing.add_argument("service")
    drawing.add_argument("--lang", default="en", help="the language of the drawing, e.g. ar")
    checking = commands.add_parser("check", help="look for what is wrong in the service files")
    checking.add_argument("service", nargs="?", default="")
    return parser


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return Path(text)


def report(library: Library, services: list[Service], portals: Portals) -> int:
    """Print what is wrong and what each language costs by SMS; 1 when there is an error."""
    mistaken = check_portals(portals)
    errors = len(mistaken)
    for mistake in mistaken:
        print(f"error: {mistake}")
    for service in services:
        findings = check(library, service)
        for finding in findings:
            print(("error: " if finding.is_error else "note: ") + str(finding))
        errors += sum(finding.is_error for finding in findings)
        for language in service.file.languages:
            costs = segments_of(library, service, language)
            total, long = sum(cost for _, cost, _ in costs), sum(cost > 1 for _, cost, _ in costs)
            print(f"{service.name} [{language}]: {len(costs)} questions, {total} SMS segments, {long} over one segment")
    print(f"{errors} errors")
    return 1 if errors else 0


def talk(library: Library, service: Service, language: str, manner: Manner) -> None:
    """Read messages from the terminal and print the replies until the input ends."""
    only = Library({service.name: service}, library.catalogues, library.places, library.desk)
    draft: Draft | None = Draft(language=language) if language else None
    number = 0
    text = "new"
    while text is not None:
        number += 1
        message = Message("terminal", "terminal:", "you", str(number), text, manner=manner)
        turn = step(only, draft, message, datetime.now(UTC))
        draft = turn.draft
        for reply in said(turn):
            print(reply.plain, end="\n\n")
        try:
            text = input("> ")
        except EOFError:
            return


if __name__ == "__main__":
    sys.exit(main())
