from . import test_confirmation
from . import test_output
from . import test_output_evidence
from . import test_question
from . import test_approvals
