"""What is broken, and how. Each module adds its experiments to the catalogue."""

from experiments import damage, kill, power  # noqa: F401
