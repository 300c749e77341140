"""What films do, for those who watch many of them: traces, metrics and logs, all read from the films' timelines.

Nothing below tells a tracer or a counter anything: ``carry``, the models and the agents write their events once, into
the timeline, and what is here reads them (``docs/ROLLOUT_PLAN.md`` says when that is worth having):

- ``spans``: events as the spans of a trace;
- ``measures``: events as counts and durations, under the names of ``METRICS``;
- ``otel``: sends both when the ``OTEL_*`` variables ask for it; nothing is sent without them;
- ``prometheus``: answers a scrape from all timelines of a home;
- ``logs``: log lines as JSON on request.
"""
