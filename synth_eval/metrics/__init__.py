"""One number without interval or verdict: of columns, and of whole rows."""
