"""How one message comes in: gathered, taken in one transaction, its effects applied."""
