"""The seven tools, one module each. ``catalogue`` lists them."""
