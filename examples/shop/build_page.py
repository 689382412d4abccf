"""Puts the style sheet into the page, made small; runs while the image is built."""

import hashlib
import re
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path("/var/cache/shop")


def smaller(style: str) -> str:
    """Return the style sheet without the spaces that only people need."""
    return re.sub(r"\s*([{}:;])\s*", r"\1", re.sub(r"\s+", " ", style)).strip()


def main() -> None:
    """Write the page, with the style from the cache where an earlier build made it."""
    source = (HERE / "style.css").read_text()
    kept = CACHE / hashlib.sha256(source.encode()).hexdigest()
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        kept.write_text(smaller(source))
    style = kept.read_text()
    page = HERE / "page.html"
    page.write_text(page.read_text().replace("$style", style.replace("$", "$$")))
    print(f"page.html: {len(source)} bytes of style became {len(style)}")


if __name__ == "__main__":
    main()
