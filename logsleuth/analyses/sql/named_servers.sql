select count(server), count(*) , (select count(*) from placements) as placed
from requests where started is not null;
