"""Scores of other libraries, shown beside ours and deciding nothing."""
