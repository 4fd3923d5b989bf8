"""Pure mathematics: arrays in, numbers out, one way of each thing.

Modules are imported by every command, also by those that compute nothing (``explain``,
``checks``), and therefore import numpy alone. What scipy and scikit-learn have is taken from
there, imported where it is used.
"""
