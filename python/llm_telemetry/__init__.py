"""Decisions from the telemetry of a running LLM system."""
