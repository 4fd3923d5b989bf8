"""The checks: a package per dimension, a file per check; see `synth_eval.judging.registry`."""
