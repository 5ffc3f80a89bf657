"""Measures Viva: datasets, benchmarks, and the training of the offline judge."""
