from . import test_panel
from . import test_filling
from . import test_filling_many
from . import test_panel_stage
from . import test_panel_tours
from . import test_fill_in_tours
