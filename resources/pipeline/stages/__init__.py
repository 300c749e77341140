"""What each stage asks, makes and verifies. Everything else is in :mod:`resources.pipeline.carry`."""
