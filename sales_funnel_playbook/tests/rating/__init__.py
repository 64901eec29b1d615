from . import test_calibration
from . import test_check
from . import test_currency
from . import test_score
from . import test_tier
from . import test_worth
