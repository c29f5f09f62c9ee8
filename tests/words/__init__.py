"""Services that nobody offers, made up so that every word of a service file is spoken somewhere."""
