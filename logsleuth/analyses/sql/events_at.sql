select event_id from traffic where list_contains($positions, position) order by position;
