"""What `make calibrate` measures: simulated worlds, and what is claimed of each."""
