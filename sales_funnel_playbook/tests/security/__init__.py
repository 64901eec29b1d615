from . import test_security_domain
from . import test_security_matrix
from . import test_security_outsiders
from . import test_security_chatter
from . import test_security_rpc
from . import test_security_script
from . import test_security_sql
