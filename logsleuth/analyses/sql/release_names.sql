select distinct release from met where release is not null order by release;
