"""Models on a GPU: guarded loading, memory that is planned before it is used, and engines on top.

Importing this package, or any module of it, costs no torch: that is imported when a model is first loaded.
"""
