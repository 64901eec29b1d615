from . import test_panel
from . import test_filling
