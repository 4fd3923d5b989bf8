"""The report in other forms: text, Markdown, JUnit, tables, PDF."""
