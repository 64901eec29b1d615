from . import test_contact
from . import test_contact_use
from . import test_customer
from . import test_import
from . import test_import_customer
from . import test_import_rows
from . import test_progress
from . import test_random_imports
