"""Results as plotly figures; the only importer of plotly."""
