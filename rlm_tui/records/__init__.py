"""Records: the event log of a run, its replay and its exports."""
