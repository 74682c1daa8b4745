"""What is broken, and how. Each module adds its experiments to the catalogue."""

from experiments import broker, clock, damage, descriptors, kill, kill_at, power  # noqa: F401
from experiments import space, syncs, together  # noqa: F401
