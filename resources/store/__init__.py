"""Where artifacts live: atomic publication, fingerprints, reuse, locks, slots and each film's timeline."""
