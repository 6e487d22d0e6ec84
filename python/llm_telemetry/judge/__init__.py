"""How good the answers are: evaluators, reviews by people, and rates from both."""
