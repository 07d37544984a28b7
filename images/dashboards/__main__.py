"""Write the dashboards into Grafana's image: `python -m images.dashboards`."""

from __future__ import annotations

from pathlib import Path

from images.dashboards.files import rendered

ROOT = Path(__file__).parent.parent.parent

if __name__ == "__main__":
    for path, text in rendered().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
