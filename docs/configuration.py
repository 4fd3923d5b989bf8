"""Writes what follows from the declarations in ``synth_eval.judging.settings``.

``make configuration`` runs it after a setting was added or changed: the page of the settings,
the cells of parameters of two notebooks, and the types of the keywords of ``evaluate`` and
``compare``. A test holds the files against it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from synth_eval.judging.options import GROUPS, Option
from synth_eval.judging.settings import (
    MARGINS,
    RUN_OPTIONS,
    SETTINGS,
    TABLE_OPTIONS,
    options_of,
)

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs/configuration.md")
KEYWORDS = Path("synth_eval/judging/keywords.py")
NOTEBOOKS = {
    "report": Path("notebooks/evaluate.ipynb"),
    "compare": Path("notebooks/compare.ipynb"),
}

INTRODUCTION = """\
# Configuration

Made by `make configuration` from the declarations in
[settings.py](../synth_eval/judging/settings.py).

A setting has one name everywhere: `se.evaluate(data, seed=7)` and `se.compare(..., seed=7)`,
`synth-eval report --seed 7`, the parameter `seed` of a notebook, and `seed = 7` in a file that
`--config` or `config=` names: any TOML file, or a `pyproject.toml` with a table
`[tool.synth_eval]`. What a call or a command says comes before the file, the file before the
default. A name that is none, or a value that does not fit, is refused in one sentence.
"""


def page() -> str:
    """The page of the documentation."""
    parts = [INTRODUCTION]
    for group, title in GROUPS.items():
        options = [o for o in (*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS) if o.group == group]
        parts.append(f"## {title[0].upper()}{title[1:]}\n")
        parts.append(table(("name", "values", "default", "what for", "said"), map(row, options)))
    parts.append(
        "## Margins\n\nA margin of your own needs a basis, the reason for its value: "
        '`[margins.fidelity]` and `worst_table = {value = 200, basis = "..."}`.\n'
    )
    margins = ((f"`{name}`", f"{m.value:g}", m.basis) for name, m in MARGINS.items())
    parts.append(table(("margin", "value", "basis"), margins))
    return "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def row(option: Option) -> tuple[str, ...]:
    """One option: name, values, default, what it is for, and the ways to say it."""
    said = [f"`{command_words(option)}`"] if option.kind.annotation else []
    said += [f"`{word}`" for word in option.shortcuts]
    said += [f"`{toml(option)}`"] if option in SETTINGS else []
    names = [f"`{option.name}`", *(f"(older: `{alias}`)" for alias in option.aliases)]
    others = [face for face in ("report", "compare") if face not in option.faces]
    only = [f"Not for `{other}`." for other in others]
    values = ", ".join(f"`{word}`" for word in option.kind.choices) or option.kind.word
    return (
        "<br>".join(names),
        values,
        option.otherwise,
        " ".join([option.sentence, *only]),
        "<br>".join(said),
    )


def command_words(option: Option) -> str:
    """The example as words of the command line."""
    if option.name in ("real", "synthetic"):
        return str(option.example)
    value, flag = option.example, option.flags[0]
    if option.kind.is_flag:
        return flag if value else flag.replace("--", "--no-", 1)
    if isinstance(value, list):
        value = ",".join(map(str, value))
    return f"{flag} {shlex.quote(str(value))}"


def toml(option: Option) -> str:
    """The example as a line of a configuration file."""
    value = option.example
    if option.name == "estimators":
        value = dict(word.split("=") for word in value)
    return f"{option.name} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_key(name)} = {_toml(item)}" for name, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name


def keywords() -> str:
    """The module with the types of the keywords."""
    roles = [o for o in TABLE_OPTIONS if o.name not in ("real", "synthetic", "holdout", "labels")]
    return "\n".join(
        [
            '"""Types of keywords, for type checkers and editors; made by `make configuration`."""',
            "",
            "from __future__ import annotations",
            "",
            "from collections.abc import Iterable, Mapping, Sequence",
            "from pathlib import Path",
            "from typing import Any, TypedDict",
            "",
            '__all__ = ["Keywords", "Roles", "Settings"]',
            "",
            "",
            *_typed("Settings", "TypedDict", "Settings of a run, see `Config`.", SETTINGS),
            "",
            *_typed("Roles", "TypedDict", "Roles of columns, see `synth_eval.load`.", roles),
            "",
            "class Keywords(Roles, Settings, total=False):",
            '    """Everything that `synth_eval.compare` takes by keyword."""',
            "",
        ]
    )


def _typed(name: str, base: str, sentence: str, options: Iterable[Option]) -> list[str]:
    lines = [f"class {name}({base}, total=False):", f'    """{sentence}"""', ""]
    for option in options:
        accepts = "Any" if option.name == "schema" else option.kind.accepts
        lines += [f"    {known}: {accepts}" for known in (option.name, *option.aliases)]
    return [*lines, ""]


def parameters(face: str) -> list[str]:
    """Lines of the cell of parameters of a notebook."""
    several = {"synthetic"} if face == "compare" else set()
    lines = []
    for option in options_of(face):
        if not option.is_parameter:
            continue
        kind = "list[str]" if option.name in several else option.kind.annotation
        empty = {"str": '""', "list[str]": "[]"}.get(kind, "None")
        absent = "None" if empty == "None" else "empty"
        note = f" ({option.in_compare})" if face == "compare" and option.in_compare else ""
        lines.append(
            f"{option.name}: {kind} = {empty}  # {option.help}{note}; {absent}: {option.otherwise}"
        )
    return lines


def notebook(face: str) -> str:
    """The notebook with its cell of parameters as declared."""
    content = json.loads((ROOT / NOTEBOOKS[face]).read_text(encoding="utf-8"))
    [cell] = [c for c in content["cells"] if "parameters" in c["metadata"].get("tags", ())]
    cell["source"] = "\n".join(parameters(face)).splitlines(keepends=True)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def files() -> dict[Path, str]:
    """What is written, by place in the repository."""
    made = {PAGE: page(), KEYWORDS: keywords()}
    return made | {path: notebook(face) for face, path in NOTEBOOKS.items()}


if __name__ == "__main__":
    for path, content in files().items():
        (ROOT / path).write_text(content, encoding="utf-8")
