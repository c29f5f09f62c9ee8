"""One registration through Rafiqa, python-telegram-bot and a hand-written floor, side by side: `make bench`."""
