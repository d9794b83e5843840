-- What the analyses keep of a case for as long as its connection is open.
drop table if exists traffic;
drop table if exists texts;
drop table if exists shapes;
