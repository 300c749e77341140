"""Measured quality: numbers first, then limits, then a verdict. Nothing here is a guess or a constant."""
