-- When instances last told of a request: what they did after that, nobody would know.
select instance as instance, epoch(max(ts)) as until
from served
where instance in (select unnest($instances::varchar[])) and ts is not null
group by instance
order by instance;
