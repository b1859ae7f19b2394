"""`make lint`: no file of the repository holds a key, a token or another secret. Needs no network."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT: Final = Path(__file__).resolve().parents[2]
WITHOUT: Final = frozenset({"KeywordDetector"})  # ruff asks the same of the code (S105–S107); tests name passwords
LEFT_OUT: Final = (
    "requirements*.lock",  # nothing but hashes of packages
    "app/domain/words/*.txt",  # words and known passwords, one a line
)


def tracked() -> list[Path]:
    """Every file that git knows, but for those that are left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (Path(name) for name in listed.split("\0") if name)
    return [ROOT / path for path in paths if not any(path.match(pattern) for pattern in LEFT_OUT)]


def found(files: Iterable[Path]) -> list[str]:
    """What looks like a secret: file, line and kind, never the secret. A line may say `pragma: allowlist secret`."""
    with transient_settings({"plugins_used": _plugins()}):
        return [f"{one.filename}:{one.line_number}: {one.type}" for path in files for one in scan_file(str(path))]


def _plugins() -> list[dict[str, str]]:
    plugins: Iterable[type] = get_mapping_from_secret_type_to_class().values()
    names = {plugin.__name__ for plugin in plugins}
    return [{"name": name} for name in sorted(names - WITHOUT)]


def main() -> int:
    """Print what was found; 1 if anything was."""
    problems = found(tracked())
    print(*problems, sep="\n", end="\n" if problems else "")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
