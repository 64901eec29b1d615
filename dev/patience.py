"""Browsers that take the time they need: how long that is says how busy the machine is, with all its lanes.

Odoo gives a step of a tour ten seconds and a tour a minute, on a machine that does nothing else.
"""

from odoo.tests.common import ChromeBrowser, HttpCase

TIMES = 6  # as long as Odoo waits

# What runs the steps is loaded by the first tour; it says how long a step may take that does not say itself.
CODE = """
odoo.loader.modules.get("@web/core/assets").loadBundle("web_tour.automatic", {css: false}).then(() => {
    const { TourAutomatic } = odoo.loader.modules.get("@web_tour/js/tour_automatic/tour_automatic");
    TourAutomatic.prototype.timeout = %d;
    return %s;
})
"""

_browser_js = HttpCase.browser_js


def browser_js(self, url_path, code, *args, **kwargs):
    """As Odoo's own; each step of a tour has more time."""
    if code.startswith("odoo.startTour("):
        code = CODE % (TIMES * 10_000, code)
    return _browser_js(self, url_path, code, *args, **kwargs)


def be_patient():
    """Have each browser of this process wait longer before its test fails."""
    HttpCase.browser_js = browser_js
    # what Odoo multiplies its times by where it makes a browser slow: each browser sets it to 1, in vain
    ChromeBrowser.throttling_factor = property(lambda browser: TIMES, lambda browser, factor: None)
