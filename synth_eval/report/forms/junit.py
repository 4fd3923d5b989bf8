"""Results as JUnit XML, which continuous integration systems show as tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.results import Result, Status
from synth_eval.words import number

if TYPE_CHECKING:
    from synth_eval.judging.findings import Findings

__all__ = ["render_junit"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEMS = 10  # of a check: systems show the text of a test whole, beside hundreds of others
_BAD = (Status.FAIL, Status.WARN, Status.INCONCLUSIVE)


def render_junit(findings: Findings) -> str:
    """One suite per dimension, one test case per check.

    A failure is a failure, an error an error, what was not applicable is skipped with its
    reason. Warnings and inconclusive results pass and say so in their output, as do failures
    in a dimension that is not decisive for the declared purpose: the file agrees with the
    exit code of ``--fail-on fail``.
    """
    root = Element("testsuites", name="synth_eval")
    for dimension in dimensions():
        results = [result for result in findings.results if result.dimension == dimension]
        if results:
            decides = findings.verdicts[dimension].decisive
            _suite(root, dimension, results, decides, str(findings.provenance.get("created", "")))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{sum(result.seconds for result in findings.results):.3f}")
    indent(root)
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(
    root: Element, dimension: str, results: Sequence[Result], decides: bool, created: str
) -> None:
    suite = SubElement(root, "testsuite", name=dimension, tests=str(len(results)))
    if created:
        suite.set("timestamp", created[:19])
    for result in results:
        _case(suite, result, decides)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{sum(result.seconds for result in results):.3f}")


def _case(suite: Element, result: Result, decides: bool) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"synth_eval.{result.dimension}",
        name=f"{result.code} {result.name}",
        time=f"{result.seconds:.3f}",
    )
    message = _clean(result.message)
    tag = {Status.FAIL: "failure", Status.ERROR: "error"}.get(result.status)
    if tag is not None and decides:
        SubElement(case, tag, message=message, type=str(result.status)).text = _facts(result)
    elif result.status is Status.NOT_APPLICABLE:
        SubElement(case, "skipped", message=message)
    elif result.status is not Status.PASS:
        aside = "" if decides else " (not decisive for the declared purpose)"
        SubElement(case, "system-out").text = f"{result.status}{aside}: {_facts(result)}"


def _facts(result: Result) -> str:
    """Message, quadruple and worst items in lines."""
    lines = [result.message]
    if result.estimate is not None:
        low, high = result.estimate.low, result.estimate.high
        ends = f" [{number(low)}, {number(high)}]" if low is not None and high is not None else ""
        lines.append(f"estimate {number(result.estimate.value)}{ends}")
    if result.reference is not None and result.reference.value is not None:
        lines.append(f"reference {number(result.reference.value)}, {result.reference.what}")
    if result.threshold is not None:
        lines.append(f"margin {number(result.threshold.value)}, {result.threshold.basis}")
    bad = [item for item in result.items if item.status in _BAD]
    lines += [f"{item.status} {item.label}" for item in bad[:_ITEMS]]
    return _clean("\n".join(lines))


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
