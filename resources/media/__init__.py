"""Encode, join, mix, probe: pictures and sound as files, and the one safe way to run a program."""
