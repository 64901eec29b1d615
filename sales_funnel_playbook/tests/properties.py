"""What tests of properties use, and Odoo does not bring along. Where it is missing, the tests that need it
are skipped: a module whose tests cannot be imported takes everybody's test run down.
"""

import unittest
from unittest.mock import MagicMock

try:
    import jsonschema
except ImportError:
    jsonschema = None
try:
    import odoorpc
except ImportError:
    odoorpc = None
try:
    from hypothesis import HealthCheck, Phase, example, given, seed, settings
    from hypothesis import strategies as st
except ImportError:
    st = HealthCheck = Phase = MagicMock()  # strategies that nothing is drawn from

    def given(*strategies):
        """Skip the test, or the test that calls the function."""
        return unittest.skip("hypothesis is not installed")

    def settings(*parents, **values):
        return lambda test: test

    example = seed = settings

needs_jsonschema = unittest.skipUnless(jsonschema, "jsonschema is not installed")
needs_odoorpc = unittest.skipUnless(odoorpc, "OdooRPC is not installed")
# The same examples every time.
SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; the examples are small
    suppress_health_check=list(HealthCheck),
)

try:
    from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
except ImportError:
    RuleBasedStateMachine = object

    def rule(**strategies):
        return lambda method: method

    invariant = rule
    run_state_machine_as_test = None
