"""The showings of an investigation: each reads the document and nothing else."""
