"""What is made and when: the Dagster door, and the command line that runs the same graph in one process."""
