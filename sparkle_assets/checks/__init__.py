"""Asset checks: the same measured findings as in the report, one Dagster check for each rule."""
