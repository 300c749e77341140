"""The cast: paper figures, their poses, and how they act."""

from resources.cutout.cast.acting import Performance
from resources.cutout.cast.mouth import mouth_opening
from resources.cutout.cast.pose import Pose
from resources.cutout.cast.puppet import Puppet

__all__ = ["Performance", "Pose", "Puppet", "mouth_opening"]
