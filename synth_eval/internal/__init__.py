"""What shows rows of people: for the keepers of the real table alone, never released."""
