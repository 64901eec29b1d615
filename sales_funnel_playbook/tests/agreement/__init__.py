from . import test_agreement
from . import test_agreement_story
from . import test_agreement_tours
from . import test_contributing
from . import test_suggestion
