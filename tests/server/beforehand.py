"""What every server imports and reads, for `warmed` to have it before it forks."""

import sys

import api.__main__
from api.app import library
from api.settings import Settings
from tests.hurried import hurry, migrated

hurry()
migrated()
library(Settings())
del sys.modules[api.__main__.__name__]  # each fork runs it as its own main program
