-- Statements that databases timed themselves, as `timed`, each with the number of its kind, and the
-- kinds with their fingerprints. A look at each of a million texts takes a while, so it is one look,
-- and numbers are kept of it; there are few outlines, so all but that look is at each of them once.
create or replace temporary table outlined as
select
    t.event_id, t.source_id, t.line, outline_of(t.statement) as outline, t.duration_s,
    t.user_name, t.database,
    epoch(t.ts) - case when s.stamps = 'end' then t.duration_s else 0 end as started
from statements t
join sources s using (source_id)
where t.statement is not null and t.duration_s is not null and t.ts is not null;

create or replace temporary table outlines as
select row_number() over (order by outline) as kind, outline
from (select distinct outline from outlined);

create or replace temporary table timed as
select o.* exclude (outline), k.kind::integer as kind
from outlined o
join outlines k using (outline);

create or replace temporary table kinds as
select kind::integer as kind, fingerprint_of_outline(outline) as fingerprint from outlines;
drop table outlined;
drop table outlines;
