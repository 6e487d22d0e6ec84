"""The value of a policy, estimated from calls that another policy routed."""
