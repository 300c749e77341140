"""``python -m sparkle_assets.cli``."""

from sparkle_assets.cli import main

main()
