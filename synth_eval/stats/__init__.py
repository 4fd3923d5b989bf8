"""Pure mathematics: arrays in, numbers out, one way of each thing.

Modules are imported by every command, also by those that compute nothing (``explain``,
``checks``), and therefore import numpy alone. What scipy and scikit-learn have is taken from
there and imported where it is used. CPU seconds of a process that imports nothing else, on a
busy machine; half of it on an idle one::

    numpy .10    scipy.special .30    scipy.stats .86    sklearn.ensemble 1.64

Distances in rows of real data need `scipy.special`, rankings of models `scipy.stats`, which
their models have loaded by then.
"""
