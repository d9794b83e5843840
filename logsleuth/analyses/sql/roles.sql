select distinct role from sources where events > 0 order by role;
