-- Where the requests at these positions of the traffic stand in the evidence.
select position, source_id, line from traffic where list_contains($positions, position);
