"""The files and texts of the routing decision."""
