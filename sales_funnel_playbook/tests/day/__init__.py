from . import test_day_notice
from . import test_my_day
from . import test_my_day_access
from . import test_my_day_tours
from . import test_snooze
from . import test_my_day_roles
