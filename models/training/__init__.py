"""Training a filling network on a person's own pictures: holes, pictures, losses, the loop, what it leaves behind."""
