"""One person's open picture on disk: every version it ever had, its selections, and where they stand now."""
