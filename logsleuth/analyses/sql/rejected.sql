select path, rejected, lines from sources where rejected > 0 order by path;
