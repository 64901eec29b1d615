from . import test_case
from . import test_case_deal
from . import test_case_guards
from . import test_case_ranking
from . import test_case_session
from . import test_case_similar
from . import test_case_tours
from . import test_case_upkeep
