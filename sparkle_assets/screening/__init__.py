"""The screening room: a small read-only site beside the Dagster UI, which shows no video."""
