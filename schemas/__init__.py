"""What passes between the rooms: pydantic models, and the JSON Schemas generated from them (``schemas/json``)."""
