"""What `rafiqa` does at the command line: one file a command, each a plain function; `api.__main__` has the words."""
