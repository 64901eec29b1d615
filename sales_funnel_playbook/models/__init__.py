# a room for each capability; later ones extend what earlier ones define
from . import core
from . import gate
from . import evidence
from . import history
from . import customer
from . import rating
from . import risk
from . import deadline
from . import role
from . import intake
from . import funnel
from . import case
from . import renewal
from . import exchange
from . import panel
from . import day
from . import integrity
