"""The command `simulate`."""

from types import SimpleNamespace

from llm_telemetry.errors import InputError
from llm_telemetry.simulate import simulate, write


def run(options: SimpleNamespace) -> tuple[list[str], int]:
    """Write a world as CSV files; return what to print, and the exit code."""
    try:
        world = simulate(
            options.world,
            interactions=options.interactions,
            seed=options.seed,
            canary_share=options.canary_share,
        )
        write(world, options.out_dir)
    except ValueError as error:
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(f"{options.out_dir}: {error.strerror}") from error
    calls = f"{len(world.interactions):,} calls of {options.world}"
    return [f"{options.out_dir}: {calls}"], 0
