"""Chromium's accessibility tree as indented text: role, name, and what else a screen reader is told of a node."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

Node = dict[str, Any]
TOLD: Final = ("level", "required", "invalid", "checked", "expanded", "disabled", "readonly", "live", "focused")
LEFT_OUT: Final = {"InlineTextBox", "none", "generic", "LineBreak"}
NOT_SAID: Final = {"", "false", "off", "none"}


def drawn(nodes: Sequence[Node]) -> str:
    """The tree below its root; nodes that a screen reader passes over are left out, and their children move up."""
    known = {node["nodeId"]: node for node in nodes}
    return "\n".join(_lines(nodes[0], known, 0)) if nodes else ""


def value(node: Node, key: str) -> str:
    """The value of a part of a node; empty where it has none."""
    return str(node.get(key, {}).get("value", ""))


def _lines(node: Node, known: dict[str, Node], depth: int) -> Iterator[str]:
    role = value(node, "role")
    passed_over = node.get("ignored", False) or role in LEFT_OUT
    if not passed_over:
        yield "  " * depth + _line(node, role)
    for child in (known[one] for one in node.get("childIds", []) if one in known):
        if not _repeats(child, node):
            yield from _lines(child, known, depth if passed_over else depth + 1)


def _repeats(child: Node, node: Node) -> bool:
    """Whether a piece of text says no more than the name of what it stands in."""
    return value(child, "role") == "StaticText" and value(child, "name").strip() == value(node, "name").strip()


def _line(node: Node, role: str) -> str:
    name, description = value(node, "name"), value(node, "description")
    said = {one["name"]: str(one["value"].get("value", "")).lower() for one in node.get("properties", [])}
    parts = [
        role,
        f"«{name}»" if name else "",
        *(f"{key}={said[key]}" for key in TOLD if said.get(key, "") not in NOT_SAID),
        f"value=«{value(node, 'value')}»" if value(node, "value") else "",
        f"description=«{description}»" if description else "",
    ]
    return " ".join(filter(None, parts))
