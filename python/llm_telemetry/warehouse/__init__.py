"""Building the marts with dbt, publishing them, and reading them."""
