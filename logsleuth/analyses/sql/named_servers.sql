select count(server), count(*) from requests where started is not null;
