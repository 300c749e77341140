"""Voices that ship in packages: a worker process that speaks, times for mouths, and the engine in front of them."""
