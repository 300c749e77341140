"""How films are made: the pipeline, the engines and the store below them."""
