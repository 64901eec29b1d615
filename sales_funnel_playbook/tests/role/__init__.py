from . import test_role
from . import test_role_asked
from . import test_contributor
