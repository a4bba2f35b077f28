"""Two replicas on one PostgreSQL, used in turn: what one has acknowledged is read from the other."""

from __future__ import annotations

import time

from results.store import open_store


class Replicas:
    """Each command goes to one replica, and each read to the other one. A command is done before the next is given."""

    def __init__(self, url):
        self.stores = [open_store(url), open_store(url)]

    def write(self, command):
        self.stores.reverse()
        future = self.stores[0].write(command)
        future.exception(30)
        return future

    def revision(self, round_id):
        """Of both, once they agree: a signal takes a moment, and may take no longer than one."""
        deadline = time.monotonic() + 2
        while len({store.revision(round_id) for store in self.stores}) > 1:
            assert time.monotonic() < deadline, "a change of another replica does not show"
            time.sleep(0.001)
        return self.stores[0].revision(round_id)

    def close(self):
        for store in self.stores:
            store.close()

    def __getattr__(self, name):
        return getattr(self.stores[1], name)
