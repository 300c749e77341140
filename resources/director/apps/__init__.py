"""Folders that `adk run` and `adk web` open. ``python -m resources.director.apps`` says where they are."""
