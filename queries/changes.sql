/*
title   = "Changes that the evidence records"
answers = "What was deployed or changed shortly before it began?"
columns = ["ts", "event_id", "instance", "release", "user_name", "message"]

[parameters]
since = { type = "timestamp", default = "", help = "From this time on." }
until = { type = "timestamp", default = "", help = "Before this time." }
*/
select
    ts as ts,
    event_id as event_id,
    instance as instance,
    release as release,
    user_name as user_name,
    message as message
from aligned
where role = 'change'
    and ($since::timestamp is null or ts >= $since::timestamp)
    and ($until::timestamp is null or ts < $until::timestamp)
order by ts nulls last, event_id;
