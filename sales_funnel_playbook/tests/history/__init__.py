from . import test_backfill
from . import test_log_invariants
from . import test_merge
from . import test_segments
from . import test_split_stage
from . import test_stories
from . import test_stage_log
from . import test_stage_notice
