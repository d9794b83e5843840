select value from meta where starts_with(key, 'problem:') order by key;
