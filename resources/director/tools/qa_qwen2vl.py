"""qa_qwen2vl: what is good and bad about the film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import FilmArguments, Tool

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def qa_qwen2vl(film: Production) -> Outcome:
    """Decode the finished film, measure it against the policy, and write the report with its verdict.

    Under a GPU profile Qwen2-VL looks at frames as well; under the embedded profile the verdict stands on measured
    numbers alone. The result says which. A verdict of "escalate" becomes a question to a person.
    """
    return film.report()


TOOL = Tool(name="qa_qwen2vl", stage="qa_report", function=qa_qwen2vl, arguments=FilmArguments, agent="qa")
