"""What `adk run` and `adk web` look for: ``root_agent``, the Workflow of ``configs/workflow_agent.yaml``."""

from resources.director.workflow import load_workflow

root_agent = load_workflow()
