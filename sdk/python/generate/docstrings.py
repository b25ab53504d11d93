"""Texts of the document as docstrings."""

from __future__ import annotations

import textwrap


def doc(text: str | None, indent: str, extra: str = "") -> list[str]:
    """A docstring, wrapped."""
    text = "\n\n".join(part for part in [(text or "").strip(), extra.strip()] if part)
    if not text:
        return []
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    paragraphs = [
        paragraph
        if paragraph.startswith(("- ", "  "))
        else textwrap.fill(
            " ".join(paragraph.split()), 96 - len(indent), break_long_words=False, break_on_hyphens=False
        )
        for paragraph in text.split("\n\n")
    ]
    lines = "\n\n".join(paragraphs).split("\n")
    if lines[-1].endswith('"'):
        lines[-1] += " "
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    body = [f"{indent}{line}" if line else "" for line in lines[1:]]
    return [f'{indent}"""{lines[0]}', *body, f'{indent}"""']
