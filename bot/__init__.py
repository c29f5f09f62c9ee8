"""How it travels: one file per provider, each turning payloads into messages and replies into calls."""
