"""Models that can be downloaded: what there is, what is here, and what this machine can run."""
