from . import test_access
from . import test_companies
from . import test_deal_changes
from . import test_documents
from . import test_finance
from . import test_offered_revenue
from . import test_rules
from . import test_tour
