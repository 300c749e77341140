"""``python -m sparkle_assets.cli``."""

from sparkle_assets.cli import main

try:
    main()
finally:
    # Python marks an interrupt that comes while a text is executed (a dataclass is made by that) as handled by nobody,
    # and ends `python -m` by SIGINT whatever our exit code is, until another text is executed
    exec("")  # noqa: S102
