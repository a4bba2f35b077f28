-- Who gets in and who sees what (results.facts): a table for each kind, its columns those of the value. Keys and hashes only.

-- To whom organisations show their levels; organisation_id 0: where nobody has chosen.
CREATE TABLE consents (
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    visibility TEXT NOT NULL, -- named, blind, facilitators, nobody
    author TEXT NOT NULL,
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (round_id, organisation_id)
);

CREATE TABLE join_codes (
    round_id BIGINT NOT NULL,
    code TEXT NOT NULL, -- said aloud in the room; '': none now
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (round_id)
);

CREATE TABLE codes (
    selector TEXT NOT NULL,
    round_id BIGINT NOT NULL,
    token_hash TEXT NOT NULL, -- of the invitation that it opens
    code_hash TEXT NOT NULL, -- argon2id; the code itself is nowhere
    created_at BIGINT NOT NULL,
    PRIMARY KEY (selector)
);

CREATE TABLE expiries (
    token_hash TEXT NOT NULL,
    round_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (token_hash)
);

CREATE TABLE staff (
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL, -- with subject: who an identity provider says it is; '': none
    subject TEXT NOT NULL,
    passphrase TEXT NOT NULL, -- argon2id; '': none
    created_at BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL, -- 0: active, here and below
    PRIMARY KEY (id)
);

CREATE TABLE grants (
    staff_id BIGINT NOT NULL,
    role TEXT NOT NULL, -- facilitator, author, administrator
    round_id BIGINT NOT NULL, -- 0: none
    granted_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (staff_id, role, round_id)
);

CREATE TABLE staff_sessions (
    session_hash TEXT NOT NULL,
    staff_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    round_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (session_hash)
);

CREATE TABLE tickets (
    ticket_hash TEXT NOT NULL,
    purpose TEXT NOT NULL, -- first
    staff_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_hash)
);

CREATE TABLE throttles (
    bucket TEXT NOT NULL, -- a keyed hash of a selector or an address
    failures INTEGER NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (bucket)
);

CREATE TABLE secrets (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
);

-- Append-only. Each entry's hash covers the one before it.
CREATE TABLE audit (
    event_id BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    role TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number BIGINT NOT NULL,
    previous TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (number)
);
