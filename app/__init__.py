"""Viva: an interview coach for machine-learning jobs that shows its evidence."""

__version__ = "0.1.0"
