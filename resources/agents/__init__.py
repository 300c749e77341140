"""Everything that decides what a film is: storytellers, and the agents that direct, judge and mend."""
