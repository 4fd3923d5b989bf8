"""Notebooks as jobs: papermill, the kernel, progress."""
