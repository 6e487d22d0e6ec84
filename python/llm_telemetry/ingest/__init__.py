"""Finding, reading and forgetting the files of telemetry."""
