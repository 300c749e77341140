"""What `sparkle ui` keeps running on this machine: Dagster's code server, webserver and daemon, and their gate."""
