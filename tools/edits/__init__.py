"""The edits: one request model per operation, one mechanism that performs them all."""
