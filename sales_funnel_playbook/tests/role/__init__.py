from . import test_role
from . import test_role_asked
