select min(since) as since, max(until) as until from sources;
