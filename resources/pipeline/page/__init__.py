"""The quality report as one HTML file that a person reads, clicks through and prints.

``view`` holds what is shown and nothing else; ``render`` makes the page of it. The page needs no network: pictures,
style and script stand in it, the film is found beside it, and its own policy forbids everything else.
"""

from resources.pipeline.page.render import report_page
from resources.pipeline.page.view import ReportView
from resources.pipeline.page.words import VERDICTS

__all__ = ["VERDICTS", "ReportView", "report_page"]
