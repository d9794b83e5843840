-- Whether a log in the evidence would tell of a reload: what the balancer says beside its requests,
-- or HAProxy's log, which has both in one.
select exists (select 1 from messages where role = 'balancer')
    or exists (select 1 from sources where role = 'balancer' and format like 'haproxy%');
