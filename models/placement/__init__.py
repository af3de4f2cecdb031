"""Where a new thing goes in a picture, and how large it is there: from its usual size and what the picture shows."""
