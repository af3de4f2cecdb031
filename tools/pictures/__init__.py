"""Pictures on disk: opened without loss, saved as they came, colours meaning what their profile says."""
