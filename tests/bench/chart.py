"""The picture beside the table: each goal as a bar that should stay left of its line. Readable in light and dark."""

from collections.abc import Iterable
from html import escape

from tests.bench.rows import Row

_WIDTH, _LEFT, _ROW, _TOP = 760, 150, 64, 40
_FULL = 480
"""The width of what is twice the goal; longer bars are cut there."""

_STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 12px; fill: #59636e }
  .ours { fill: #0969da } .missed { fill: #bc4c00 } .track { fill: #d1d9e0 } .goal { stroke: #1f2328 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 }
    .ours { fill: #4493f8 } .missed { fill: #db6d28 } .track { fill: #3d444d } .goal { stroke: #f0f6fc }
  }
"""


def drawn(rows: Iterable[Row]) -> str:
    """The SVG. It has no background of its own, and says in words what it shows."""
    rows = list(rows)
    middle = _LEFT + _FULL // 2
    height = _TOP + _ROW * len(rows) + 16
    said = "; ".join(f"{row.goal}: {row.value}, goal {row.bound}" for row in rows)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(said)}</title>",
            f"<style>{_STYLE}</style>",
            f'<text x="{middle}" y="20" text-anchor="middle" class="small">the goal</text>',
            *(_bar(row, _TOP + _ROW * index) for index, row in enumerate(rows)),
            f'<path class="goal" d="M{middle} 28V{height - 16}" stroke-width="2"/>',
            "</svg>",
            "",
        ]
    )


def _bar(row: Row, top: int) -> str:
    length = max(2.0, min(1.0, row.share / 2) * _FULL)
    kind = "ours" if row.is_met else "missed"
    return "\n".join(
        [
            f'<text x="{_LEFT - 12}" y="{top + 19}" text-anchor="end">{row.goal}</text>',
            f'<text x="{_LEFT - 12}" y="{top + 37}" text-anchor="end" class="small">goal {escape(row.bound)}</text>',
            f'<rect class="track" x="{_LEFT}" y="{top + 12}" width="{_FULL}" height="16" rx="3" opacity="0.5"/>',
            f'<rect class="{kind}" x="{_LEFT}" y="{top + 8}" width="{length:.0f}" height="24" rx="3"/>',
            f'<text x="{_LEFT + _FULL + 12}" y="{top + 25}">{row.value}</text>',
        ]
    )
