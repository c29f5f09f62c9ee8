"""What is kept, and who may see it: HTTP, database, keys, clock and wiring."""

__version__ = "0.1.0"
