"""What an interrupted command has written, in words."""

from types import SimpleNamespace

# unless the command has set ``left`` meanwhile; what writes nothing has no line
LEFT = {
    "run": "neither marts nor bundle were written",
    "decide": "no bundle was written",
    "judge": "no scores were written: all are, or none, at the end of the command",
    "watch": "what was recorded stays, and the next watch goes on from there",
    "publish": "the tables in PostgreSQL are as they were",
    "simulate": "no file was written",
    "prune": "what was deleted is gone, and the same command deletes the rest",
}


def line(options: SimpleNamespace) -> str:
    """Return what to say of a command that was interrupted."""
    left = getattr(options, "left", LEFT.get(options.command))
    return f"interrupted: {left}" if left else "interrupted"
