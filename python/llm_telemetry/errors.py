"""What a user can put right."""


class InputError(Exception):
    """The input is wrong: one line per problem, each naming what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
