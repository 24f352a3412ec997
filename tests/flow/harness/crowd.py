"""Many clients at once."""
import threading
import traceback


def together(count, work):
    """Runs work(n) for n in 0 .. count-1, all at once; the first failure is raised."""
    failures, gate = [], threading.Barrier(count)

    def run(n):
        try:
            gate.wait()
            work(n)
        except BaseException:  # a thread's failure belongs to the test
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(120)
        if t.is_alive():
            failures.append("a client did not come back within 120 s")
            break
    assert not failures, failures[0]


class Watch:
    """with Watch(check): calls check() again and again while the body runs."""

    def __init__(self, check):
        self.check, self.calls, self.failure, self.over = check, 0, None, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def run(self):
        while not self.over.is_set():
            try:
                self.check()
                self.calls += 1
            except BaseException:
                self.failure = self.failure or traceback.format_exc()
                return

    def __exit__(self, *exc):
        self.over.set()
        self.thread.join(60)
        if exc[0] is None:
            assert not self.failure, self.failure
            assert self.calls > 1, "nothing was watched"
