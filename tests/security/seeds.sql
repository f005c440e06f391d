-- Records of every type of work, put into a server's database behind its back, as if an office had
-- worked for weeks: one client's file with all that a file can hold, on the desk of "marie". In the
-- bodies "#7" is the id of number 7, "@marie" that of an agent, "@now", "@before" and "@soon" are
-- times, "@today" a day. tests/security/plant then makes every text of them hostile.
CREATE TEMP TABLE seed (number INTEGER PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL, id TEXT);
INSERT INTO seed (number, type, body) VALUES
(1, 'client', '{"kind": "person", "name": "A", "language": "fr", "office": "sample/quebec",
    "channel_consent": {"email": true, "sms": true}, "preferred_channel": "email"}'),
(2, 'client', '{"kind": "person", "name": "B", "language": "fr", "office": "sample/quebec",
    "protection": "person", "protection_reason": "r", "protected_by": "@luc",
    "protected_at": "@before"}'),
(3, 'client', '{"kind": "person", "name": "C", "language": "en", "office": "sample/quebec",
    "phone": "1", "channel_consent": {"email": true, "sms": true}}'),
(4, 'case', '{"reference": "C-AAAA-0001", "client": "#1", "service": "sample/birth-certificate",
    "subject": "s", "office": "sample/quebec", "opened_at": "@before", "opened_by": "@marie",
    "status": "information-missing", "assignee": "@marie", "missing": "m",
    "checklist": {"sample/birth#a": {"event": "sample/birth", "stage": "now",
    "title": {"fr": "a b", "en": "a b"},
    "reason": {"fr": "a b", "en": "a b"}, "deadline": {"fr": "a b", "en": "a b"},
    "agency": {"id": "clsc", "title": {"fr": "a b", "en": "a b"},
    "how": {"fr": "a b", "en": "a b"}}}}}'),
(5, 'case', '{"reference": "C-AAAA-0002", "client": "#3", "subject": "s",
    "office": "sample/quebec", "opened_at": "@before", "opened_by": "@marie",
    "status": "received", "assignee": "@luc"}'),
(6, 'case', '{"reference": "C-AAAA-0003", "client": "#2", "subject": "s",
    "office": "sample/quebec", "opened_at": "@before", "opened_by": "@luc",
    "status": "received", "assignee": "@luc"}'),
(7, 'contact', '{"channel": "phone", "office": "sample/quebec", "agent": "@pierre",
    "started_at": "@before", "client": "#1", "case": "#4", "language": "fr",
    "identity": "basic", "need": "n", "service": "sample/birth-certificate",
    "ended_at": "@before", "outcome": "case-open", "mood": {"upset": true}}'),
(8, 'note', '{"case": "#4", "contact": "#7", "client": "#1", "channel": "phone",
    "kind": "contact", "text": "t", "author": "@pierre", "office": "sample/quebec",
    "at": "@before"}'),
(9, 'note', '{"case": "#4", "client": "#1", "channel": "phone", "kind": "commitment",
    "text": "t", "author": "@marie", "office": "sample/quebec", "at": "@before",
    "due_at": "@soon"}'),
(10, 'submission', '{"form": "sample/change-of-address", "form_version": 2, "case": "#4",
    "client": "#1", "office": "sample/quebec", "started_by": "@marie", "started_at": "@before",
    "field": "/first_name", "answers": {"first_name": "a b", "last_name": "a b",
    "old_address": "a b", "new_address": "a b"}, "status": "draft"}'),
(11, 'submission', '{"form": "sample/change-of-address", "form_version": 2, "case": "#4",
    "client": "#1", "office": "sample/quebec", "started_by": "@marie", "started_at": "@before",
    "answers": {"first_name": "a b", "new_address": "a b"}, "status": "rejected",
    "submitted_at": "@before", "submitted_by": "@marie", "decision": "d"}'),
(12, 'handoff', '{"from": "@pierre", "kind": "warm", "to_agent": "@marie",
    "office": "sample/quebec", "case": "#4", "contact": "#7", "client": "#1",
    "submission": "#10", "channel": "phone", "service": "sample/birth-certificate",
    "language": "fr", "summary": "s", "context": "c", "facts": [{"fact": "need", "value": "a b"},
    {"fact": "interpreter", "value": "a b"}, {"fact": "accessibility", "value": "a b"},
    {"fact": "case", "value": "a b"}, {"fact": "note", "value": "a b"},
    {"fact": "note-begun", "value": "a b"},
    {"fact": "commitment", "value": "a b", "due_at": "@soon"},
    {"fact": "left", "steps": [{"title": {"fr": "a b", "en": "a b"}}]},
    {"fact": "summary", "client": "a b", "service": "sample/birth-certificate", "need": "a b"}],
    "place": "case", "offered_at": "@now", "expires_at": "@soon", "state": "offered"}'),
(13, 'handoff', '{"from": "@marie", "kind": "cold", "to_agent": "@luc",
    "office": "sample/quebec", "case": "#4", "client": "#1", "channel": "phone",
    "summary": "s", "context": "c", "facts": [{"fact": "summary", "client": "a b", "need": "a b"}],
    "place": "case", "offered_at": "@now", "state": "declined", "taken_by": "@luc", "decided_at": "@now", "reason": "r"}'),
(14, 'handoff', '{"from": "@marie", "kind": "cold", "to_queue": "sample/civil-status",
    "office": "sample/quebec", "case": "#5", "client": "#3", "channel": "phone",
    "language": "fr", "summary": "s", "context": "c", "place": "case", "offered_at": "@now",
    "expires_at": "@soon", "state": "offered"}'),
(15, 'delivery', '{"submission": "#11", "case": "#4", "agency": "saaq", "number": 1,
    "title": {"fr": "a b", "en": "a b"}, "answers": ["answers/first_name"],
    "form": "sample/change-of-address", "form_version": 2, "office": "sample/quebec",
    "created_at": "@before", "state": "refused", "cause": "c", "reason": "r", "receipt": "r",
    "location": "l", "attempts": 2, "tried_at": "@before", "decided_at": "@before"}'),
(16, 'flag', '{"subject_type": "service", "subject": "sample/birth-certificate",
    "kind": "wrong-text", "text": "t", "agent": "@marie", "office": "sample/quebec",
    "at": "@before", "state": "open"}'),
(17, 'flag', '{"subject_type": "service", "subject": "sample/birth-certificate",
    "kind": "wrong-fee", "text": "t", "agent": "@marie", "office": "sample/quebec",
    "at": "@before", "state": "settled", "answer": "a", "settled_by": "@omar",
    "settled_at": "@before"}'),
(18, 'ticket', '{"office": "sample/quebec", "day": "@today", "number": "A1",
    "service": "sample/birth-certificate", "language": "fr", "need": "seat",
    "arrived_at": "@now", "issued_by": "@marie", "state": "waiting",
    "queue": "sample/front-line", "priority": 0}'),
(19, 'ticket', '{"office": "sample/quebec", "day": "@today", "number": "A2",
    "language": "fr", "need": "none", "arrived_at": "@now", "issued_by": "@marie",
    "state": "called", "queue": "sample/front-line", "counter": "1", "called_by": "@luc",
    "called_at": "@now", "calls": 1}'),
(20, 'roll', '{"office": "sample/quebec", "day": "@today", "number": 9}'),
(21, 'message', '{"channel": "email", "direction": "in", "case": "#4", "client": "#1",
    "subject": "s", "text": "t", "language": "fr", "from": "f", "to": "t", "source": "s",
    "message_id": "m", "in_reply_to": "i", "remarks": ["a b"],
    "attachments": [{"name": "a b", "type": "text/plain", "size": 3, "text": "a b"}],
    "office": "sample/quebec", "at": "@before", "state": "received"}'),
(22, 'message', '{"channel": "email", "direction": "out", "case": "#4", "client": "#1",
    "subject": "s", "text": "t", "to": "t", "author": "@marie", "office": "sample/quebec",
    "at": "@before", "send_at": "@soon", "state": "queued"}'),
(23, 'message', '{"channel": "sms", "direction": "out", "case": "#4", "client": "#1",
    "text": "t", "to": "t", "author": "@marie", "office": "sample/quebec", "at": "@before",
    "state": "bounced", "reason": "r", "receipt": "r", "attempts": 3, "tried_at": "@before"}'),
(24, 'task', '{"kind": "other", "text": "t", "case": "#4", "client": "#1", "author": "@marie",
    "office": "sample/quebec", "at": "@before", "due_at": "@soon", "state": "open",
    "assignee": "@marie"}'),
(25, 'task', '{"kind": "other", "text": "t", "case": "#4", "client": "#1", "author": "@marie",
    "office": "sample/quebec", "at": "@before", "due_at": "@before", "state": "dropped",
    "ended_by": "@luc", "ended_at": "@before", "reason": "r"}'),
(26, 'promise', '{"case": "#4", "service": "sample/birth-certificate", "channel": "web",
    "kind": "guarantee", "amount": 15, "unit": "business-day", "refund": true,
    "office": "sample/quebec", "started_at": "@before", "due_at": "@soon",
    "state": "running"}'),
(27, 'delegation', '{"client": "#1", "delegate": "#3", "role": "r", "proof": "p",
    "until": "2031-01-01", "level": "basic", "author": "@marie", "office": "sample/quebec",
    "at": "@before", "state": "valid"}'),
(28, 'delegation', '{"client": "#3", "delegate": "#1", "role": "r", "proof": "p",
    "level": "basic", "author": "@marie", "office": "sample/quebec", "at": "@before",
    "state": "valid"}'),
(29, 'consent', '{"client": "#1", "what": "w", "whom": "w", "agency": "saaq",
    "until": "2031-01-01", "how": "spoken", "author": "@marie", "office": "sample/quebec",
    "at": "@before", "state": "valid"}'),
(30, 'consent', '{"client": "#1", "what": "w", "whom": "w", "how": "signed",
    "author": "@marie", "office": "sample/quebec", "at": "@before", "state": "withdrawn",
    "ended_by": "@luc", "ended_at": "@before"}'),
(31, 'emergency', '{"client": "#1", "case": "#4", "agent": "@pierre",
    "office": "sample/quebec", "words": "w", "at": "@before", "until": "@soon",
    "state": "open"}'),
(32, 'emergency', '{"client": "#3", "agent": "@pierre", "office": "sample/quebec",
    "words": "w", "at": "@before", "until": "@before", "state": "unjustified",
    "reviewed_by": "@helene", "reviewed_at": "@before", "review": "r"}'),
(33, 'view', '{"name": "v", "owner": "@luc", "office": "sample/quebec", "shared": true,
    "query": {"list": "all", "filter": "a b"}, "place": 1}'),
(34, 'roll', '{"office": "sample/quebec", "day": "@today", "number": 10}'),
(35, 'promise', '{"case": "#5", "service": "sample/birth-certificate", "channel": "web",
    "kind": "standard", "amount": 5, "unit": "business-day", "refund": true,
    "office": "sample/quebec", "started_at": "@before", "due_at": "@before",
    "state": "missed", "ended_at": "@before"}'),
(36, 'delivery', '{"submission": "#11", "case": "#4", "agency": "ramq", "number": 2,
    "answers": ["answers/first_name"], "form": "sample/change-of-address", "form_version": 2,
    "office": "sample/quebec", "created_at": "@before", "state": "waiting"}'),
(37, 'client', '{"kind": "person", "name": "D", "language": "fr", "office": "sample/quebec"}'),
(38, 'case', '{"reference": "C-AAAA-0004", "client": "#37", "subject": "s",
    "office": "sample/quebec", "opened_at": "@before", "opened_by": "@sophie",
    "status": "received", "assignee": "@sophie"}');

-- Ids of this very moment (UUIDv7), as of records made now: tickets of a day are found by theirs.
UPDATE seed SET id = (SELECT printf('%s-%s-7000-8000-%012d', substr(hex, 1, 8), substr(hex, 9), number)
    FROM (SELECT printf('%012x',
        CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) AS hex));

CREATE TEMP TABLE word AS
    SELECT '@' || json_extract(document, '$.body.login') AS name, id AS value FROM record
    WHERE type = 'agent'
    UNION ALL SELECT '@now', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    UNION ALL SELECT '@before', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-3 hours')
    UNION ALL SELECT '@soon', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+2 days')
    UNION ALL SELECT '@today', date('now', 'localtime')
    UNION ALL SELECT '#' || number || '"', id || '"' FROM seed;
CREATE TEMP TABLE done AS
    WITH RECURSIVE step (number, at, body) AS (
        SELECT number, 0, body FROM seed
        UNION ALL
        SELECT step.number, at + 1, replace(step.body, word.name, word.value)
        FROM step JOIN word ON word.rowid = step.at + 1)
    SELECT number, json(body) AS body FROM step WHERE at = (SELECT count(*) FROM word);

INSERT INTO record (type, id, rev, seq, parent, document, client)
    SELECT type, seed.id, 1,
        (SELECT value FROM property WHERE name = 'seq') + seed.number,
        CASE type WHEN 'delivery' THEN json_extract(done.body, '$.submission')
            ELSE json_extract(done.body, '$.case') END,
        json_object('type', type, 'id', seed.id, 'rev', 1, 'seq', (SELECT value FROM property WHERE name = 'seq') + seed.number,
            'body', json(done.body), 'meta', (SELECT json_object('created', json(at), 'updated', json(at))
                FROM (SELECT json_object('agent', (SELECT value FROM word WHERE name = '@marie'),
                    'device', '01900000-0000-7000-8000-0000000000ff', 'time',
                    (SELECT value FROM word WHERE name = '@before'), 'tick', 0, 'channel', 'phone',
                    'operation', printf('01900000-0000-7000-8000-0000000f%04d', seed.number))
                    AS at))),
        json_extract(done.body, '$.client')
    FROM seed JOIN done USING (number);
INSERT OR IGNORE INTO scope (name)
    SELECT column1 FROM (VALUES ('office:sample/quebec'), ('privacy'),
        ('emergencies:sample/quebec'), ('queue:sample/civil-status' || char(9) || '0 fr civil-status'),
        ('flags:sample/catalogue-keeper'), ('agent:' || (SELECT value FROM word WHERE name = '@luc')),
        ('agent:' || (SELECT value FROM word WHERE name = '@marie')));
-- Each to its office; hand-offs to whom they are offered, emergencies to those who review them.
INSERT INTO feed (scope, seq, record)
    SELECT scope.number, record.seq, record.number
    FROM record JOIN seed USING (id) JOIN scope ON scope.name = 'office:sample/quebec'
        OR (record.type = 'emergency' AND scope.name IN ('privacy', 'emergencies:sample/quebec'))
        OR (record.type = 'flag' AND scope.name = 'flags:sample/catalogue-keeper')
        OR (record.type = 'handoff' AND scope.name = 'agent:' ||
            json_extract(record.document, '$.body.to_agent'))
        OR (seed.number = 14 AND scope.name LIKE 'queue:%');
UPDATE property SET value = value + (SELECT max(number) FROM seed) WHERE name = 'seq';
-- What the lists of who administers tell.
INSERT INTO terminal (key, name, enrolled, seen, state, changed)
    VALUES (randomblob(32), 'n', 1790000000000, 1790000000000, 0, 1790000000000);
INSERT INTO hold (id, type, since, agent, why)
    SELECT id, 'client', 1790000000000, (SELECT value FROM word WHERE name = '@helene'), 'w'
    FROM seed WHERE number = 3;
INSERT INTO intake_key (name, channel, hash, office, queue, added)
    VALUES ('n', 'web', randomblob(32), 'sample/quebec', 'sample/front-line', 1790000000000);
INSERT INTO refused (channel, source, message_id, reason, at)
    VALUES ('c', 's', 'm', 'r', 1790000000000);
