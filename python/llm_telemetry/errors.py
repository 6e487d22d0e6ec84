"""What a user can put right."""

from collections.abc import Callable


class InputError(Exception):
    """The input is wrong: one line per problem, each naming what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def check_all(*checks: Callable[[], object]) -> None:
    """Call every check; raise one InputError with the lines of all that failed."""
    lines: list[str] = []
    for check in checks:
        try:
            check()
        except InputError as error:
            lines += error.lines
    if lines:
        raise InputError(*dict.fromkeys(lines))
