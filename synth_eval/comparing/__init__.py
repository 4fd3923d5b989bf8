"""Several synthetic tables of one real table: positions, ranks, their page."""
