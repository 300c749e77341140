"""Jobs: which assets are made together."""
