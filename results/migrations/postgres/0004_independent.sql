-- Who answers on their own: '' is the response that an organisation's people answer together, and the link that opens it.
ALTER TABLE responses ADD COLUMN respondent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN respondent TEXT COLLATE "C" NOT NULL DEFAULT '';
