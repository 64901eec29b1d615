from . import test_help
from . import test_help_shipped
from . import test_help_story
from . import test_help_tours
