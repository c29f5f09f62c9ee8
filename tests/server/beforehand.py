"""What every server imports and reads, for `warmed` to have it before it forks."""

import sys

import api.__main__
from api.app import library
from api.mail.fetching import Fetching
from api.settings import Settings
from tests.hurried import hurry, migrated

hurry()
migrated()
Fetching.__init__.__kwdefaults__["every"] = 1.0  # seconds: the mailbox of a test is nobody's whom it would trouble
library(Settings())
del sys.modules[api.__main__.__name__]  # each fork runs it as its own main program
