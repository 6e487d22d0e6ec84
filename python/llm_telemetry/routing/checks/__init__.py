"""Whether the estimates of routing can be trusted, and the limits of a policy."""
