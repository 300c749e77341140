"""The seven assets, and the external specs that tell Dagster what an edit of a plan reaches."""
