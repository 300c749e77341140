"""Every door by which text, files and requests come in, with valid documents changed at random behind it.

Each door is one test (or a few) with one property: whatever comes in is taken, or refused by an error of
``resources/errors.py`` in one clear line; nothing outside the root is opened or made; no example takes more than some
seconds of CPU or some hundred megabytes; and what is taken reads back as the same.

``pytest tests/fuzz`` runs a few dozen examples a door, the same ones each time. ``SPARKLE_FUZZ=10000`` runs so many,
other ones each time. Whatever was found stands as an ``@example`` beside the strategy that found it.
"""
