"""Copies of the marts in other databases."""
