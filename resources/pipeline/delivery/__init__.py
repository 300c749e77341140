"""Handing a film to its audience: a copy that says it was made by machine, signed, and the check of such a copy."""
