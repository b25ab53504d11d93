"""Writes the generated part of the SDK, `src/bushel/_generated`, from `api/openapi.json`.

    python3 -m generate            writes the files
    python3 -m generate --check    changes nothing, and fails if a file differs

It needs nothing but Python itself, so that everybody who can build the server can run it. What it
doesn't understand in the document is an error that names the place; nothing is left out in silence.

Reading order: `document` (what is asked of the API document), `kinds` (types of models and parameters),
`operations` (what the methods are), `resources` (their text), `__main__` (the files).
"""
