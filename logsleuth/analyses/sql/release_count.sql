select count(distinct release) from records where release is not null;
