"""Rules found in the real table, one family per file."""
