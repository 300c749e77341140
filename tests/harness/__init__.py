"""Deterministic engines for tests of the graph: small, fast, and able to fail on command. They never ship."""
