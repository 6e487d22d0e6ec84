"""The bundle that a run writes: documents, provenance and comparison."""
