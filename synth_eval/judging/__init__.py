"""From the checks to the verdict.

- What a check is: `check` (declaration and what it is given), `needs`, `registry` (the list of
  checks), `dimensions` and `purposes`, `run`.
- What it says: `results`, `items`, `panels`, `facts`.
- What follows: `judge` (numbers to a status), `verdicts` (statuses to GO or NO-GO), `gate`.
- What the user says: `settings` and `margins`, read and explained by `options`; `formulas`;
  `keywords` holds their types for editors.
- What a run leaves: `findings`, `provenance`; `versions` reads files of earlier versions.
"""
