from . import test_coaching
from . import test_coaching_access
from . import test_coaching_session
from . import test_coaching_tours
