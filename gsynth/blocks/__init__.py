"""How a call is cut into jobs and run: on threads, in order, with memory bounded by the jobs in flight."""
