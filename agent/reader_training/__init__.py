"""Fits the learned reader of `agent.offline.reader` to labelled requests. Needs torch; reading needs none."""
