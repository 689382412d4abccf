"""Reading a YAML file into a value, within bounds that no honest manifest meets."""

from pathlib import Path

import yaml

from engine.errors import UserError
from engine.manifest.values import TAG, Value

SIZE_LIMIT = 256 * 1024  # bytes
NODE_LIMIT = 20_000  # with every alias counted as what it stands for
DEPTH_LIMIT = 40
KNOWN_TAGS = {
    TAG + kind
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}


def load(path: Path, file: str) -> Value:
    """Read *path*, shown as *file*. Raises ``UserError`` that names line and cause."""
    with path.open("rb") as opened:
        return parse(opened.read(SIZE_LIMIT + 1), file)


def parse(content: bytes, file: str) -> Value:
    """Read the *content* of *file*. Raises ``UserError`` that names line and cause."""
    root = root_of(content, file)
    if root is None:
        raise UserError(f"`{file}` is empty.", remedy="Write the app's services into it.")
    value = Value(file=file, path="", line=1, node=root)
    if not value.is_mapping:
        raise UserError(
            f"`{file}` is not a Compose file.",
            why="It has no keys.",
            remedy="Begin it with `services:`.",
        )
    return value


def root_of(content: bytes, file: str) -> yaml.Node | None:
    """Return the root of any YAML within bounds; None for an empty one. Raises ``UserError``."""
    root = _compose(_text(content, file), file)
    if root is not None:
        _check_bounds(root, file)
    return root


def _text(content: bytes, file: str) -> str:
    if len(content) > SIZE_LIMIT:
        raise UserError(f"`{file}` is too large.", why="A manifest may have 256 kB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(
            f"`{file}`, line {line}: this is not UTF-8 text.", remedy="Save the file as UTF-8."
        ) from error


def _compose(text: str, file: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UserError(
            f"`{file}`, line {line}: this is not valid YAML.",
            why=f"The parser says: {error.problem or error.context}.",
            remedy="Check the indentation and quotes there and in the line above.",
        ) from error
    except yaml.YAMLError as error:  # a character that YAML forbids
        raise UserError(f"`{file}` is not valid YAML.", why=f"{error}.") from error
    except RecursionError as error:
        raise _too_deep(file) from error
    return node


def _check_bounds(root: yaml.Node, file: str) -> None:
    """Walk the document as if aliases were written out: stops bombs, loops and odd tags."""
    waiting = [(root, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > NODE_LIMIT:
            raise UserError(
                f"`{file}` says too much.",
                why=f"With its aliases written out it has more than {NODE_LIMIT:,} values.",
                remedy="Check the anchors (&) and aliases (*).",
            )
        if depth > DEPTH_LIMIT:
            raise _too_deep(file)
        _check_tag(node, file)
        waiting += [(child, depth + 1) for child in _children(node)]


def _check_tag(node: yaml.Node, file: str) -> None:
    if node.tag not in KNOWN_TAGS:
        raise UserError(
            f"`{file}`, line {node.start_mark.line + 1}: the tag `{node.tag}` is not supported.",
            remedy="Write the value without it.",
        )


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _too_deep(file: str) -> UserError:
    return UserError(f"`{file}` is nested too deeply.", remedy="Check the brackets and aliases.")
