"""What understands: planners, the agent loop, checking, jobs."""
