from . import test_panel
