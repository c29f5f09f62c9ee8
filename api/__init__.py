"""What is kept, and who may see it: HTTP, database, keys, clock and wiring."""
