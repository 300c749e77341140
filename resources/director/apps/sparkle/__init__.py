"""The ADK app called ``sparkle``: an idea in, a film out."""
