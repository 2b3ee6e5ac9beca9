"""The only place that knows HTTP: what an answer means, when to ask, how to ask again."""
