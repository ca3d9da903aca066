"""Measures Hearth against its peers. `run.py` is the entrance."""
