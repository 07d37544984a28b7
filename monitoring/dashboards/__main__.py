"""Write the dashboards into Grafana's image: `python -m monitoring.dashboards`."""

from __future__ import annotations

from pathlib import Path

from monitoring.dashboards.rendering.files import rendered

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    for path, text in rendered().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
