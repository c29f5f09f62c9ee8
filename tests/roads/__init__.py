"""Whole roads of people, from their first message to the file that leaves, over months, as text that can be read."""
