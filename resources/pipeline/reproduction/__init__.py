"""Artifacts made again from their sidecars, in a place of their own, and held against what is in the film."""
