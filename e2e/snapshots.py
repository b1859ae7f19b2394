"""What a screen reader is given at each state, as text under review (`make snapshots` writes it anew).

The tree is Chromium's. What differs from customer to customer is masked: addresses, documents, times, questions.
"""

import re
from pathlib import Path
from typing import Final

from e2e.pages import ChromiumVisitor

FOLDER: Final = Path(__file__).with_name("snapshots")
MASKS: Final = {
    r"http://127[^\s\"]*[^\s\":]": "http://…",
    r"#q[0-9a-f]{24}": "#q…",
    r'(?<=- textbox "Código de 6 dígitos": )"\d{6}"': '"000000"',
    r'(?<=- text: )"?\d{3} \d{3}"?': "000 000",
    r'(?<=- group )"¿[^"]*"': '"¿…?"',
    r'(?<=- link )"¿[^"?]*[?]': '"¿…?',
    r'(?<=- radio )"[^"]*"': '"…"',
    r'(- radio "…") \[checked\]': r"\1",
    r'(- (?:group "¿…[?]":|radio "…")\n) *- text: .*\n': r"\1",
    "•+ [0-9]{2}": "••••• 00",
    r"[\w*•]+@[\w*•.]+": "…@…",
    r"\d{1,2}:\d\d": "0:00",
    r"(?<=0:00\s)[ap](?=\.\s?m\.)": "a",
    r"\d{1,2} de \w+ de \d{4}": "1 de enero de 2000",
    r"\b19000\d{5}\b": "1900000000",
    r"Chrome[^,]*,": "Chrome,",
}


def snapshot(visitor: ChromiumVisitor) -> str:
    """What the page is about, without the bank's frame around it, and what was said last."""
    tree = visitor.main.aria_snapshot() + "\n" + visitor.page.get_by_role("status").aria_snapshot() + "\n"
    return masked(tree)


def masked(tree: str) -> str:
    """Without what differs from customer to customer and from hour to hour; equal lines in a row stand once."""
    for pattern, mask in MASKS.items():
        tree = re.sub(pattern, mask, tree)
    return re.sub(r"^(.*\n)\1+", r"\1", tree, flags=re.MULTILINE)


def path_of(name: str) -> Path:
    """The file that keeps the state of this name."""
    return FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.yaml"


def differs(visitor: ChromiumVisitor, name: str, *, renew: bool) -> list[str]:
    """What to say where the state is not what was reviewed; `renew` writes it down."""
    path, now = path_of(name), snapshot(visitor)
    if renew:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now)
    before = path.read_text() if path.exists() else ""
    return [] if now == before else [f"is not what e2e/snapshots/{path.name} says (`make snapshots`):\n{now}"]
