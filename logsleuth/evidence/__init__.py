"""Which files there are, how they are read, and what the balancer's configuration intends."""
