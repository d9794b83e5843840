"""A terminal program for browsing a case: timeline, histogram, shares, evidence, SQL."""
