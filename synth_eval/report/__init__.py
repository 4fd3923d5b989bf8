"""An evaluation as HTML, Markdown and JSON."""
