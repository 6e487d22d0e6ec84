"""Metrics for Prometheus: gauges of the last full day, as a file or over HTTP."""
