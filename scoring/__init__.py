"""Pure arithmetic: answers → shares, scores, levels, bands. No I/O, no pandas. May import survey only."""
