"""Proxy numbers: the pool, their loan to cases, code windows, and what portals send to them."""
