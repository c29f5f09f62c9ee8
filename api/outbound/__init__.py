"""How one reply goes out: a row, a lane, one runner that holds it."""
