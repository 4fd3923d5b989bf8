"""Checks of coverage."""
