from . import test_role
from . import test_role_asked
from . import test_role_at_once
from . import test_contributor
from . import test_contributor_talk
from . import test_contributor_mails
from . import test_waiting
from . import test_waiting_cards
