"""Learned models as recognisers of what a noun names: ranked proposals, detected boxes, pooled heat."""
