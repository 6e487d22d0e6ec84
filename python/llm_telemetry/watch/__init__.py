"""Watch: rules over the marts, the alerts they open, and who receives them."""
