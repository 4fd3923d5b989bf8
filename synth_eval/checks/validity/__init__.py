"""Checks of validity."""
