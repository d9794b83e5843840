select kind, text from texts order by kind, code;
