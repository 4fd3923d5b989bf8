"""Arrow tables in; schema, codes and counts out."""
