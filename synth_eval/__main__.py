"""``python -m synth_eval`` is the command ``synth-eval``."""

from synth_eval.command.main import main

if __name__ == "__main__":
    raise SystemExit(main())
