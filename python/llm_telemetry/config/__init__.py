"""What a team sets for itself: where it is declared, and what it is set to."""
