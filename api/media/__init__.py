"""Voice notes, pictures and files of workers: fetched once, sealed, shown in the page."""
