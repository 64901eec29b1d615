from . import test_renewal
from . import test_renewal_making
from . import test_renewal_numbers
from . import test_renewal_tours
from . import test_renewal_two_years
