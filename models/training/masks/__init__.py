"""Random holes to learn from: H×W float32 masks, 1 = hole, from a seeded numpy generator."""
