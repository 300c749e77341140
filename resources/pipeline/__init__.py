"""The way of one shot: the one function that carries every stage, used by every door."""
