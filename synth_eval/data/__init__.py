"""Tables in: sources, schema, the real side and its pairs, codes, counts and spaces."""
