"""Evaluators of answers, and the scores that they land; prompts and answers do not."""
