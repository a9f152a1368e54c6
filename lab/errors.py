"""What can go wrong besides bad input."""


class LabError(Exception):
    """A server did not start, reload or stop. The command line prints it and exits with code 1."""

    exit_code = 1
