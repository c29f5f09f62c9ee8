"""The conversation, one file for each thing that can be going on in it."""
