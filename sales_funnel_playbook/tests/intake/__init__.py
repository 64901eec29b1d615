from . import test_handing_over
from . import test_intake
from . import test_marketing
from . import test_marketing_mails
from . import test_intake_tours
