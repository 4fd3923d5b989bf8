"""Findings as a page, in other forms, and as what may leave the house."""
