-- Whether any line says who asked, from where, and how much was sent.
select count(user_agent) > 0, count(referer) > 0, count(bytes) > 0 from records;
