"""Proxy e-mail: an address of ours for a case, and what a portal sends to it."""
