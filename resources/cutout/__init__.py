"""The embedded studio: a paper theatre that makes a whole film without a network, a key or a GPU."""
