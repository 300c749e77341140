"""Models that an agent may ask, each named by a ``model_spec`` (:mod:`resources.agents.models.spec`).

Only :mod:`spec` and :mod:`rules` may be imported without google-adk; the others are subclasses of its ``BaseLlm`` and
are imported by :func:`resources.agents.adk_factory.make_model` when they are asked for.
"""
