-- Times are microseconds since 1970 (UTC). `sequence` counts all writes of the store; on a small table it is the row's last change.
-- Small tables have a primary key and nothing else: DuckDB cannot ALTER a table that an index depends on.

CREATE TABLE schema_version (
    version INTEGER NOT NULL,
    application TEXT NOT NULL, -- tells this program's file from a stranger's
    applied_at BIGINT NOT NULL
);

CREATE TABLE rounds (
    sequence BIGINT NOT NULL,
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL, -- open, closed
    invented BOOLEAN NOT NULL,
    notice TEXT NOT NULL,
    keep_until TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE pinned_questionnaires (
    round_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    form TEXT NOT NULL, -- full, pulse
    content TEXT NOT NULL,
    PRIMARY KEY (round_id, position)
);

CREATE TABLE organisations (
    sequence BIGINT NOT NULL,
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL,
    country TEXT NOT NULL, -- ISO 3166-1 alpha-2
    name TEXT NOT NULL
);

CREATE TABLE invitations (
    sequence BIGINT NOT NULL,
    token_hash TEXT PRIMARY KEY, -- SHA-256; the token itself is nowhere
    round_id BIGINT NOT NULL,
    organisation_id BIGINT, -- NULL: a facilitator's
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT -- NULL: still good
);

CREATE TABLE sessions (
    session_hash TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE responses (
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    questionnaire_id TEXT NOT NULL,
    status TEXT NOT NULL, -- draft, submitted
    revision INTEGER NOT NULL, -- submissions and reopenings so far
    changed_at BIGINT NOT NULL
);

CREATE TABLE status_changes (
    event_id BIGINT PRIMARY KEY,
    sequence BIGINT NOT NULL,
    response_id BIGINT NOT NULL,
    round_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    author TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    revision INTEGER NOT NULL -- of the response afterwards; the same as before when it already had the status
);

-- Append-only, in order of sequence. No key and no index: on 10 million rows an append takes 1 ms, an indexed upsert 20 ms, and
-- the min-max statistics that DuckDB keeps per 122,880 rows find recent sequences and event ids. round_id repeats the
-- response's (it never changes), so that a round's changes need no join.
CREATE TABLE answers (
    sequence BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    response_id BIGINT NOT NULL,
    round_id BIGINT NOT NULL,
    item_id TEXT NOT NULL,
    revision INTEGER NOT NULL, -- per response and item, from 1
    code SMALLINT NOT NULL, -- survey.response.CODES; 0: unanswered
    evidence SMALLINT NOT NULL, -- survey.response.TIER_NUMBERS
    link TEXT NOT NULL,
    note TEXT NOT NULL,
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    author TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
