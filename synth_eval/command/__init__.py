"""The command ``synth-eval``: its words and what each does."""
