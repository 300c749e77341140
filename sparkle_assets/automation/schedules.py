"""What happens by the clock."""

from __future__ import annotations

from sparkle_assets.automation.clean_up import weekly
from sparkle_assets.automation.night import nightly

schedules = [nightly, weekly]
