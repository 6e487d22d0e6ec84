"""Atomic writes and locks."""
