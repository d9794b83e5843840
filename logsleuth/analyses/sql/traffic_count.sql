select count(*) from traffic;
