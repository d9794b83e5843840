-- What the logs of databases cover.
select epoch(min(ts)), epoch(max(ts)) from aligned where role = 'database' and ts is not null;
