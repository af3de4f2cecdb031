"""Ways of filling a hole."""
