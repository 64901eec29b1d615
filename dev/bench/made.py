"""What was measured once, while the databases were made."""

from bench.limits import Limit
from bench.pairs import Result

FACTS = "bench.facts"  # the parameter that holds them


def get_made(facts):
    """Yields a result for each of the ``facts`` that a database holds."""
    title = "Install the module on {leads:,} leads, against where there are none (once)"
    yield make_result(title.format(**facts), facts["install"], {"added": 60}, facts["install_empty"])
    title = "Have a team of {first_leads:,} leads follow a playbook: {first_stays:,} stays filled in (once)"
    yield make_result(title.format(**facts), facts["first"], {"seconds": 60})
    title = "Look at {open:,} open deals for the first time: everything is written (once)"
    yield make_result(title.format(**facts), facts["first_night"], {"seconds": 60})
    title = (
        "Keep {mondays:,} Mondays of {kept:,} open deals each: {megabytes:,} MB with indexes, {bytes} bytes"
        " a row (once, by SQL)"
    )
    yield make_result(title.format(**facts), facts["keep"], {})


def make_result(title, seconds, limit, base=None):
    """Returns the result of one run."""
    return Result(title, base and {"seconds": base}, {"seconds": seconds}, Limit(**limit))
