"""Films made by the workers of a cluster: Dagster's queue orders the runs, Celery carries them, Postgres remembers.

A run is what it is on one machine: some assets of one film or shot, made in one process. Only its launcher differs, and
the process: a worker's, which stays, with its models warm. Nothing below this package knows of it.
"""
