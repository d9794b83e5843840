-- What views and queries say of a text: its route, its kind, its outline; and whose server it is.

-- /cart/17 and /cart/9f3a1c44-… are one route: numbers, UUIDs and long hexadecimal parts are masked.
create or replace macro route_of(path) as
    regexp_replace(
        regexp_replace(
            path,
            '/([0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{18,22}|[0-9a-fA-F]{16,})($|[/.])',
            '/{id}\2', 'g'),
        '/([0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{18,22}|[0-9a-fA-F]{16,})($|[/.])',
        '/{id}\2', 'g');

-- What lines of one kind have in common: the first line and the exception below it, with what is
-- quoted, hexadecimal or a number masked.
create or replace macro shape_of(message) as
    regexp_replace(
        regexp_replace(
            concat_ws(' | ', split_part(message, chr(10), 1), nullif(regexp_extract(message,
                '\n((?:Caused by: )?[A-Za-z_][\w.$]*(?:Error|Exception|Timeout)\b[^\n]*)',
                1), '')),
            '"[^"]*"|(^|[^A-Za-z0-9])''[^'']*''', '\1?', 'g'),
        '\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{18,27}\b|\b0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8,}\b'
        || '|[0-9]+([.,:][0-9]+)*',
        '#', 'g');

-- The words of a message that its template is made of: of the first line and the exception below it
-- so much, and of a statement that stands in it nothing.
create or replace macro words_of(message, statement) as
    left(
        concat_ws(' | ',
            split_part(coalesce(replace(message, statement, '*'), message), chr(10), 1),
            case when contains(message, chr(10)) then nullif(regexp_extract(message,
                '\n((?:Caused by: )?[A-Za-z_][\w.$]*(?:Error|Exception|Timeout)\b[^\n]*)',
                1), '') end),
        1000);

-- Words that were cut off, without the last of them.
create or replace macro cut_of(words) as
    case when strlen(words) < 1000 then words else regexp_replace(words, '\S+$', '') end;

-- A message with its values masked, as far as each can be told by itself: what follows an equals
-- sign, quoted words, URLs, dates, paths, words with a digit and their units, hexadecimal, names of
-- three parts and more; and then lists of values as one. No pattern has a group: those are slow.
create or replace macro form_of(words) as
    case when regexp_matches(words, '[0-9="''/\\]|[.]\w+[.]|[0-9a-fA-F]{8}') then
    regexp_replace(regexp_replace(regexp_replace(
        case when contains(words, '=') then regexp_replace(cut_of(words),
            '\b=(?:"[^"]*"|''[^'']*''|[\w.]*\{[^{}]*\}|[\w.]*\([^()]*\)|[\w.]*\[[^\[\]]*\]'
            || '|[^\s,;)\]}"''=]*)', '=*', 'g')
        else cut_of(words) end,
        '"[^"\s]*"|\B''[^''\s]*''', '*', 'g'),
        '[\w.+-]*://[^\s,;)\]}>"'']+'
        || '|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?'
        || '|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?'
        || '|Dec(?:ember)?)[ -]+\d+'
        || '|(?:[A-Za-z]:\\|\\\\)[\w.\\$%~*:@-]*(?: [\w.$%~*:@-]*\\[\w.\\$%~*:@-]*)*'
        || '|[<>~]?=?[+-]?(?:[\w$@/+%~#?&-]+[.])*[\w$@/+%~#?&-]*\d[\w$@/+%~#?&-]*'
        || '(?:[.,][\w$@/+%~#?&-]*\d[\w$@/+%~#?&-]*|[.][\w$@/+%~#?&-]+)*'
        || '(?: (?:[KMGT]?i?B|[KMG]b|ms|us|µs|ns|s|secs?|seconds?|msecs?|millis|milliseconds'
        || '|min|minutes?|hours?|days?|bytes?|%)\b)?'
        || '|\b[0-9a-fA-F]{8,}\b|\b[A-Za-z_]\w*(?:[.$/@-]\w+)*(?:\.\w+){2,}(?:[.$/@:-]\w+)*'
        || '|\B/[\w.$*-]+(?:/[\w.$*:-]*)*', '*', 'g'),
        '\*(?:[\s,;:*/|#-]*\*|\s*\(\*\))+', '*', 'g')
    else words end;

-- What statements of one kind have in common, in any dialect, cut off or not. First comments go, for
-- quotes may stand in them and they in quotes, and texts, numbers and placeholders are masked: few
-- outlines are left of a million statements, and only they are looked at further.
create or replace macro outline_of(statement) as
    regexp_replace(regexp_replace(
        statement,
        '(''(?:[^''\\]|''''|\\.)*(?:''|$)|\$[A-Za-z_]*\$(?s:.*?)(?:\$[A-Za-z_]*\$|$))'
        || '|/\*(?s:.*?)(?:\*/|$)|--[^\n]*', '\1 ', 'g'),
        '(?:\b(?:[NEXBnexb]|_utf8\w*))?''(?:[^''\\]|''''|\\.)*(?:'' |$)'
        || '|\$[A-Za-z_]*\$(?s:.*?)(?:\$[A-Za-z_]*\$ |$)|\$[0-9]+|%s|%\(\w+\)s'
        || '|\b(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\b', '?', 'g');

-- What is in double quotes behind a colon or a sign is masked, for JSON and MySQL have texts there
-- and PostgreSQL hardly ever a column; then signs and named placeholders, lists of any length, rows
-- after the first, and spaces.
create or replace macro fingerprint_of_outline(outline) as
    lower(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        regexp_replace(regexp_replace(
        outline,
        '([:=]\s*)"(?:[^"\\]|\\.)*"(\s|[,}\]);]|$)', '\1?\2', 'g'),
        '((?:[=<>(,]|\b(?i:limit|offset|between|and|like)\b)\s*)(?:-\s*\?|:[A-Za-z_]\w*|@\w+)',
        '\1?', 'g'),
        '(?i)([(\[])\s*(?:\?|null|true|false|default)'
        || '(?:\s*,\s*(?:\?|null|true|false|default))*\s*([)\]])', '\1?\2', 'g'),
        '(?i)(\bvalues\s*\((?:[^()]|\([^()]*\))*\)|\(\?\))'
        || '(?:\s*,\s*\((?:[^()]|\([^()]*\))*\))+', '\1', 'g'),
        '([\w?)\]"`])\s*=\s*([\w?(\["`{])', '\1 = \2', 'g'),
        '\s*,\s*', ', ', 'g'),
        '[\s;]+', ' ', 'g')));
create or replace macro fingerprint_of(statement) as fingerprint_of_outline(outline_of(statement));

-- The address that a line in words has in front of the request that it tells of.
create or replace macro told_client(client, message) as
    coalesce(client, nullif(regexp_extract(split_part(message, '/', 1),
        '(?:^|[^0-9A-Za-z.])([0-9]{1,3}(?:[.][0-9]{1,3}){3}|[0-9a-fA-F]*(?::[0-9a-fA-F]*){2,7})(?:[^0-9A-Za-z.]|$)',
        1), ''));

-- Where no server of an upstream is live, nginx writes the upstream's name in place of an address.
create or replace macro server_of(format, placed, server) as
    case when placed or not starts_with(format, 'nginx') or contains(server, ':') then server end;
create or replace macro upstream_of(format, placed, server) as
    case when not placed and starts_with(format, 'nginx') and not contains(server, ':')
        then server end;

-- Traefik's common log format names the router only; the configuration may know the server's service.
create or replace macro pool_of(format, pool, configured, frontend) as
    coalesce(pool, configured, case when starts_with(format, 'traefik') then frontend end);

-- How a request ended, in HAProxy's letters (its manual, 8.5 "Session state at disconnection"), from
-- Envoy's response flags ("Access logging", RESPONSE_FLAGS): by whom, and what was waited for then.
-- An answer that began and was broken off is D, one that never came is H.
create or replace macro ended_as(format, status, flags) as
    case when not starts_with(format, 'envoy') then flags when flags = '-' then '----'
    else case
        when regexp_matches(flags, '\b(UF|UH|UpstreamConnectionFailure|NoHealthyUpstream)\b') then 'SC--'
        when regexp_matches(flags, '\b(UO|UpstreamOverflow)\b') then 'PQ--'
        when regexp_matches(flags, '\b(RL|RLSE|OM|RateLimited|RateLimitServiceError|OverloadManagerTerminated)\b') then 'PR--'
        when regexp_matches(flags, '\b(DC|DR|DownstreamConnectionTermination|DownstreamRemoteReset)\b')
            then case when coalesce(status, 0) < 200 then 'CH--' else 'CD--' end
        when regexp_matches(flags, '\b(UT|UpstreamRequestTimeout|DT|DurationTimeout|UMSDR|UpstreamMaxStreamDurationReached)\b')
            then case when status between 200 and 399 then 'sD--' else 'sH--' end
        when regexp_matches(flags, '\b(SI|StreamIdleTimeout)\b')
            then case when status = 504 then 'sH--' else 'cD--' end
        when regexp_matches(flags, '\b(UC|UR|LR|UpstreamConnectionTermination|UpstreamRemoteReset|LocalReset)\b')
            then case when status between 200 and 399 then 'SD--' else 'SH--' end
        when regexp_matches(flags, '\b(UPE|UpstreamProtocolError)\b') then 'PH--'
        when regexp_matches(flags, '\b(NR|NC|FI|DI|UAEX|IH|NFCF|NoRouteFound|NoClusterFound|FaultInjected|DelayInjected|UnauthorizedExternalService|InvalidEnvoyRequestHeaders|NoFilterConfigFound)\b') then 'LR--'
        when status is null and regexp_matches(flags, '\b(URX|UpstreamRetryLimitExceeded)\b') then 'SC--'
        when flags is not null then '----' end
    end;

-- What a balancer waited for once it was connected: until the answer began, or until it was all
-- there, or all that is left of the request. nginx counts from the connection on, HAProxy after it.
create or replace macro waited_of(format, duration_s, queue_s, connect_s, header_s, response_s) as
    round(case when starts_with(format, 'haproxy')
        then coalesce(header_s, duration_s - coalesce(queue_s, 0) - coalesce(connect_s, 0))
        else coalesce(header_s, response_s, duration_s) - coalesce(connect_s, 0) end, 6);

-- From the first byte of the answer to the last: sending it on, to a client that may be slow.
create or replace macro sent_of(format, duration_s, queue_s, connect_s, header_s) as
    round(case when starts_with(format, 'haproxy')
        then duration_s - coalesce(queue_s, 0) - coalesce(connect_s, 0) - header_s
        else duration_s - header_s end, 6);
