"""Painting by a service that speaks OpenAI's image API: what leaves the machine, what comes back, what goes wrong.

Nothing here imports the `openai` package before a hole is painted.
"""
