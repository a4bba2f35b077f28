-- The tables of the embedded engine with the same columns (so that `results.transfer` can copy one to the other), and what several
-- writers need besides: keys, and a revision row per round that each of them locks before it changes anything of the round.
-- Times are microseconds since 1970 (UTC). Collation "C" sorts by code point, as Python and the embedded engine do.

CREATE TABLE schema_version (
    version INTEGER NOT NULL,
    application TEXT NOT NULL, -- tells this program's tables from a stranger's
    applied_at BIGINT NOT NULL
);

-- Taken while the round's revision row is locked, and so in the order of commits within a round. Gaps are harmless.
CREATE SEQUENCE sequences AS BIGINT;

CREATE TABLE rounds (
    sequence BIGINT NOT NULL,
    id BIGINT PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL, -- open, closed
    invented BOOLEAN NOT NULL,
    notice TEXT COLLATE "C" NOT NULL,
    keep_until TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE round_revisions (
    round_id BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL -- sequence of the round's last change
) WITH (fillfactor = 10); -- updated by every commit: room for the new versions of the row in its own page

CREATE TABLE pinned_questionnaires (
    round_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    content_hash TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL, -- full, pulse
    content TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (round_id, position)
);

CREATE TABLE organisations (
    sequence BIGINT NOT NULL,
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL,
    country TEXT COLLATE "C" NOT NULL, -- ISO 3166-1 alpha-2
    name TEXT COLLATE "C" NOT NULL
);
CREATE INDEX organisations_of_round ON organisations (round_id);

CREATE TABLE invitations (
    sequence BIGINT NOT NULL,
    token_hash TEXT COLLATE "C" PRIMARY KEY, -- SHA-256; the token itself is nowhere
    round_id BIGINT NOT NULL,
    organisation_id BIGINT, -- NULL: a facilitator's
    role TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT -- NULL: still good
);
CREATE INDEX invitations_of_round ON invitations (round_id);

CREATE TABLE sessions (
    session_hash TEXT COLLATE "C" PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE responses (
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    questionnaire_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL, -- draft, submitted
    revision INTEGER NOT NULL, -- submissions and reopenings so far
    changed_at BIGINT NOT NULL
);
CREATE INDEX responses_of_round ON responses (round_id);
CREATE INDEX responses_of_organisation ON responses (organisation_id);

CREATE TABLE status_changes (
    event_id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    response_id BIGINT NOT NULL,
    round_id BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    revision INTEGER NOT NULL -- of the response afterwards; the same as before when it already had the status
);

-- Append-only. The primary key finds the current answer, `answers_of_round` what is new in a round, and the event's key
-- keeps a retry, even on another replica, from being stored twice.
CREATE TABLE answers (
    sequence BIGINT NOT NULL,
    event_id BIGINT NOT NULL UNIQUE,
    response_id BIGINT NOT NULL,
    round_id BIGINT NOT NULL,
    item_id TEXT COLLATE "C" NOT NULL,
    revision INTEGER NOT NULL, -- per response and item, from 1
    code SMALLINT NOT NULL, -- survey.response.CODES; 0: unanswered
    evidence SMALLINT NOT NULL, -- survey.response.TIER_NUMBERS
    link TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    comment TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (response_id, item_id, revision)
);
CREATE UNIQUE INDEX answers_of_round ON answers (round_id, sequence);

-- What was erased, as counts only: whose it was is gone too.
CREATE TABLE erasures (
    erased_at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL, -- organisation, comments, round
    organisations BIGINT NOT NULL,
    responses BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    invitations BIGINT NOT NULL
);
