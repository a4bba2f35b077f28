-- What people are told before they answer, what came too late, and what organisations aim at (results.facts).

CREATE TABLE notices (
    round_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    asks TEXT NOT NULL, -- who asks
    why TEXT NOT NULL,
    sees TEXT NOT NULL, -- who will see what
    kept TEXT NOT NULL, -- how long; a day or words
    contact TEXT NOT NULL,
    author TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (round_id, version)
);

-- Who has read which version; author: the key of a link.
CREATE TABLE informed (
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    author TEXT NOT NULL,
    version INTEGER NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (round_id, author, version)
);

-- Answers that came when the round was closed or the response submitted: drafts until somebody settles them.
CREATE TABLE late_answers (
    response_id BIGINT NOT NULL,
    item_id TEXT NOT NULL,
    author TEXT NOT NULL,
    based_on INTEGER NOT NULL, -- the revision it was given over
    code SMALLINT NOT NULL,
    evidence SMALLINT NOT NULL,
    link TEXT NOT NULL,
    note TEXT NOT NULL,
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    settled_at BIGINT NOT NULL, -- 0: still a draft
    PRIMARY KEY (response_id, item_id, author)
);

-- The level wanted in a dimension, 0: none; organisation_id 0: what the facilitators propose to all.
CREATE TABLE targets (
    round_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL,
    questionnaire_id TEXT NOT NULL,
    dimension_id TEXT NOT NULL,
    level SMALLINT NOT NULL,
    author TEXT NOT NULL,
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (round_id, organisation_id, questionnaire_id, dimension_id)
);

-- Whether a round's organisations see the range of the others' levels.
CREATE TABLE peers_shown (
    round_id BIGINT NOT NULL,
    allowed BOOLEAN NOT NULL,
    author TEXT NOT NULL,
    chosen_at BIGINT NOT NULL,
    PRIMARY KEY (round_id)
);
