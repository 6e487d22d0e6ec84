"""Predictions of earlier runs and what came true."""
