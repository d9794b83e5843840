-- Which server an application instance is, as the requests tell.
select name, min(server) from aliases where basis = 'requests' group by name order by name;
