"""`python -m tests.benchmarks`: see `run`."""

from tests.benchmarks.run import main

main()
