"""A learned reader of requests, beside the grammar."""
