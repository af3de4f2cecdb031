"""What the commands do, one file per family; the command line itself only reads arguments."""
