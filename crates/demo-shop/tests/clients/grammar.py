"""Parses the Swift and Kotlin examples with their grammars: `python grammar.py deploy/clients`. Ends with 3 without grammars."""

import pathlib
import sys

try:
    import tree_sitter
    import tree_sitter_kotlin
    import tree_sitter_swift
except ImportError:
    sys.exit(3)


def faults(node):
    """Where the grammar did not know on."""
    if node.is_error or node.is_missing:
        yield f"{node.start_point.row + 1}:{node.start_point.column + 1} {node.type}"
    for child in node.children:
        yield from faults(child)


for folder, ending, grammar in [("ios", "swift", tree_sitter_swift), ("android", "kt", tree_sitter_kotlin)]:
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    files = sorted(pathlib.Path(sys.argv[1], folder).glob(f"*.{ending}"))
    assert files, folder
    for file in files:
        text = file.read_bytes()
        found = list(faults(parser.parse(text).root_node))
        assert not found, f"{file.name}: {found}"
        # The grammar forgives much; a brace less it has to notice.
        before, after = text.rsplit(b"}", 1)
        assert parser.parse(before + after).root_node.has_error, file.name
        print("ok", file.name)
print("done")
