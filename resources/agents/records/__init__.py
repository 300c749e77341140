"""What is kept in ADK's own services: schemas and artifacts with their versions, and the memory of a film.

Importing a module of this package imports no ADK; using it does.
"""
