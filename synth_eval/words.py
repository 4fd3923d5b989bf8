"""Words for numbers: percentages, counts and sizes, spelled one way everywhere."""
