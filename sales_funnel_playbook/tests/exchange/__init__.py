from . import test_exchange
from . import test_exchange_schema
from . import test_first_deal
from . import test_first_steps
from . import test_observing
from . import test_sample
from . import test_template
from . import test_template_shipped
