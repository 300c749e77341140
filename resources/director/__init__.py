"""The ADK door: seven tools, the Workflow that joins them, and the agent that directs a whole film.

It drives the pipeline, as Dagster's assets do, and keeps no state of its own: what is made is on disk, and what is
fresh is decided by fingerprints.
"""
