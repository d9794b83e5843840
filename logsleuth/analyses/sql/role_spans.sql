select role, epoch(min(since)) as since from sources where since is not null group by role order by role;
