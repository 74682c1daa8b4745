"""What is broken, and how. Each module adds its experiments to the catalogue."""

from experiments import clock, damage, descriptors, kill, power, space  # noqa: F401
from experiments import syncs, together  # noqa: F401
