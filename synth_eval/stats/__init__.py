"""Pure mathematics: arrays in, numbers out, one way of each thing.

Modules are imported by every command, also by those that compute nothing (``explain``,
``checks``), and therefore import numpy alone. What scipy and scikit-learn have is taken from
there and imported where it is used. CPU seconds of a process that imports nothing else, on a
busy machine; half of it on an idle one::

    numpy .10    scipy.special .30    scipy.stats .86    sklearn.ensemble 1.64

A run that only counts loads none of them; checks with models load them all, and rankings of
models `scipy.stats` besides.
"""
