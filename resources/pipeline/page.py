"""The report as a page a person reads: verdict first, the film, the storyboard, then every number.

One file, no network: thumbnails are inline, the film is found beside the page. All text is escaped.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from schemas.cut import CutSheet
from schemas.plan import MoviePlan
from schemas.report import QAReport
from schemas.time import FrameRate

VERDICTS = {"approve": "Approved", "retake": "To be made again", "escalate": "A person must look"}
STYLE = """
:root { --ink: #2b2620; --paper: #f6efe2; --card: #fffaf0; --line: #d9ccb4; --good: #3f7d58; --bad: #b23a48; }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.2rem; max-width: 64rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 Georgia, 'Source Serif Pro', serif }
h1 { font-size: 2rem; margin: .2rem 0 } h2 { margin: 2rem 0 .6rem; font-size: 1.2rem }
.verdict { display: inline-block; padding: .2rem .8rem; border-radius: 1rem; color: #fff; background: var(--good) }
.verdict.escalate, .verdict.retake { background: var(--bad) }
video { width: 100%; max-height: 70vh; background: #000; border-radius: .4rem; margin-top: 1rem }
.board { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; overflow: hidden }
figure img { width: 100%; display: block } figcaption { padding: .5rem .7rem; font-size: .9rem }
figcaption b { display: block } q { color: #5b4f3f }
table { border-collapse: collapse; width: 100%; background: var(--card) }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; font-size: .9rem }
@media print { video { display: none } body { max-width: none } figure { break-inside: avoid } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self' file:"


def report_page(plan: MoviePlan, report: QAReport, sheet: CutSheet, images: list[Path]) -> str:
    """The whole page as HTML."""
    rate = FrameRate.parse(sheet.fps)
    starts = sheet.shots
    figures = []
    for shot, folder in zip(plan.shots, images, strict=True):
        piece = starts[shot.id or ""]
        picture = base64.b64encode((folder / "thumb.jpg").read_bytes()).decode()
        words = "".join(
            f"<div>{escape(plan.character(line.character_id).name)}: <q>{escape(line.text)}</q></div>"
            for line in shot.dialogue
        )
        span = f"{rate.seconds(piece.start):.1f}-{rate.seconds(piece.stop):.1f} s"
        figures.append(
            f'<figure><img alt="" src="data:image/jpeg;base64,{picture}"><figcaption><b>{escape(shot.id or "")}</b>'
            f"{span} · {escape(shot.size)} · {escape(shot.camera.replace('_', ' '))}{words}</figcaption></figure>"
        )
    findings = "".join(
        f"<tr><td>{escape(f.severity)}</td><td>{escape(f.reason)}</td><td>{escape(f.shot or 'film')}</td>"
        f"<td>{'' if f.second is None else f'{f.second:.2f} s'}</td><td>{f.value:g} {escape(f.unit)}</td>"
        f"<td>{f.limit:g}</td><td>{escape(f.message)}</td></tr>"
        for f in report.findings
    )
    table = (
        "<table><tr><th>severity</th><th>reason</th><th>where</th><th>when</th><th>value</th><th>limit</th>"
        f"<th>what</th></tr>{findings}</table>"
        if findings
        else "<p>Nothing to complain about.</p>"
    )
    numbers = "".join(
        f"<tr><td>{escape(m.check)}</td><td>{escape(m.shot or 'film')}</td><td>{m.value:g} {escape(m.unit)}</td></tr>"
        for m in report.measures
    )
    title = escape(plan.title)
    return (
        f'<!doctype html><html lang="{escape(plan.language)}"><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style><p class='verdict {report.verdict}'>{VERDICTS[report.verdict]}</p><h1>{title}</h1>"
        f"<p>{escape(plan.logline)}</p><p>{report.duration_s:.1f} s · {report.frames} frames at {escape(sheet.fps)} a "
        f"second · {len(plan.shots)} shots</p>"
        '<video controls preload="metadata" src="../cut/final_cut.mp4"></video>'
        f"<h2>Storyboard</h2><div class='board'>{''.join(figures)}</div>"
        f"<h2>Findings</h2>{table}<h2>Measured</h2><table>{numbers}</table>"
        "<p><small>Pictures, voices and music of this film were made by machine.</small></p></html>\n"
    )
