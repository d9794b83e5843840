-- Whether statements have been looked at already.
select count(*) > 0 from duckdb_tables() where temporary and table_name = 'timed';
