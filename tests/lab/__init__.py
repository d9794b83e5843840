"""Records labelled incidents from real balancers, applications and databases."""
