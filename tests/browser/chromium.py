"""One Chromium for all files of a process that come one after the other."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--renderer-process-limit=1",  # no process is kept ready for a page to come
    # The first lets one page follow another in the same frame, which is a fifth less work; the others Playwright turns
    # off as well, in a list that this one stands in for.
    "--disable-features=RenderDocument,PaintHolding,AvoidUnnecessaryBeforeUnloadCheckSync,HttpsUpgrades",
]  # fmt: skip


class Kept:
    """It is closed before any other test: while it is open this thread has a running event loop, and Django refuses that."""

    playwright = browser = None

    @classmethod
    def open(cls, path):
        from playwright.sync_api import sync_playwright

        if cls.browser is None:
            cls.playwright = sync_playwright().start()
            cls.browser = cls.playwright.chromium.launch(executable_path=path, args=FLAGS)
        return cls.browser

    @classmethod
    def close(cls):
        if cls.browser is not None:
            cls.browser.close()
            cls.playwright.stop()
            cls.playwright = cls.browser = None
