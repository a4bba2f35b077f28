-- The last line of the journal that this database holds, written in the same transaction as the line's changes.
CREATE TABLE journal_head (
    number BIGINT NOT NULL, -- of the line; 0: none yet
    sha256 TEXT NOT NULL, -- of the line
    sequence BIGINT NOT NULL -- the highest ever given, so that it does not fall when rows are erased
);

INSERT INTO journal_head VALUES (0, '0000000000000000000000000000000000000000000000000000000000000000', 0);

-- What was erased, as counts only: whose it was is gone too.
CREATE TABLE erasures (
    erased_at BIGINT NOT NULL,
    kind TEXT NOT NULL, -- organisation, comments, round
    organisations BIGINT NOT NULL,
    responses BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    invitations BIGINT NOT NULL
);
