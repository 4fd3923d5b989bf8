"""The process that runs a notebook: which interpreter, transport, folders and environment.

Nothing here depends on what is registered on the machine: the kernel is the interpreter
that runs the command, its files live in a private folder that is removed afterwards, and
start-up files of the user's own IPython are not read. ``python -m synth_eval.job.kernel`` is
how that interpreter starts.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth_eval import _version
from synth_eval.stats.cpus import available_cpus

__all__ = ["kernel_environment", "kernel_manager_class", "skip_slow_formats"]

_LONGEST_SOCKET_PATH = 90
"""Unix sockets have paths of at most 104 characters; jupyter adds ``kernel.json-ipc-1``."""


def main() -> None:
    """Run an IPython kernel until its parent ends it."""
    skip_slow_formats()
    from ipykernel.kernelapp import launch_new_instance  # after the line above

    launch_new_instance()


def skip_slow_formats() -> None:
    """Keep jsonschema from building the parsers of a format that no notebook uses.

    Where JupyterLab is installed, importing jsonschema builds some 35 parsers of
    ``rfc3987_syntax``: five CPU seconds in every process. Without the module jsonschema
    leaves that one format unchecked.
    """
    name = "rfc3987_syntax"
    if name not in sys.modules and importlib.util.find_spec(name) is not None:
        sys.modules[name] = None  # type: ignore[assignment]


def kernel_manager_class(folder: Path, environment: Mapping[str, str]) -> type[Any]:
    """Class of a kernel manager that starts this interpreter.

    Parameters
    ----------
    folder : Path
        Private folder for sockets, settings and ``kernel.log``; the caller removes it.
    environment : mapping of str to str
        Variables on top of those of this process.
    """
    from jupyter_client.kernelspec import KernelSpec  # heavy, only for a run
    from jupyter_client.manager import AsyncKernelManager

    own_files = {"IPYTHONDIR": folder / "ipython", "JUPYTER_RUNTIME_DIR": folder}
    variables = {**environment, **{name: str(path) for name, path in own_files.items()}}
    spec = KernelSpec(
        # -P: a file numpy.py where the command is called must not be taken for numpy.
        argv=[sys.executable, "-P", "-m", "synth_eval.job.kernel", "-f", "{connection_file}"],
        env={name: value.replace("$", "$$") for name, value in variables.items()},
        display_name="Python 3",
        language="python",
    )
    sockets = os.name == "posix" and len(str(folder)) <= _LONGEST_SOCKET_PATH

    class Kernel(AsyncKernelManager):
        """Sockets in a private folder where the system has them: no port, no warning."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(
                **settings,
                connection_file=str(folder / "kernel.json"),
                transport="ipc" if sockets else "tcp",
            )

        @property
        def kernel_spec(self) -> KernelSpec:
            """The running interpreter, whatever kernels are registered."""
            return spec

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            """Start it; what it prints outside of cells goes to a file."""
            with (folder / "kernel.log").open("ab") as log:
                await super().start_kernel(stdout=log, stderr=log, **options)

    return Kernel


def kernel_environment() -> dict[str, str]:
    """Variables a kernel needs; those that are set already win."""
    wanted = {
        # Idle threads must not spin: on shared cores that cost minutes (OpenMP's default).
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": str(available_cpus()),
        "GX_ANALYTICS_ENABLED": "false",
        "SDMETRICS_PLOTLY_RENDERER": "plotly_mimetype",
        "PYTHONWARNINGS": "ignore::DeprecationWarning,ignore::FutureWarning",
    }
    variables = {name: os.environ.get(name, value) for name, value in wanted.items()}
    home = Path(_version.__file__).resolve().parent.parent
    if home.name not in ("site-packages", "dist-packages"):  # a checkout
        paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables["PYTHONPATH"] = os.pathsep.join(paths)
    return variables


if __name__ == "__main__":
    main()
