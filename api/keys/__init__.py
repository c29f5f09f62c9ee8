"""The three locks, the keyring that can be destroyed, and the team key."""
