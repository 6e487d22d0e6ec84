"""The decisions that fit in one module each, and what all decisions share."""
