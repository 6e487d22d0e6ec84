"""A model as judge, behind an endpoint with the interface of OpenAI's."""
