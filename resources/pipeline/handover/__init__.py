"""Handing a finished film to an editor: ``film`` gathers it, ``export`` writes files, ``package`` a whole folder."""
