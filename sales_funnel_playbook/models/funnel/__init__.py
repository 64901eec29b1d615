# The numbers of a stage, reviews, bottlenecks, the workbook, snapshots.
# Uses core, rating, risk.
# Guide: docs/guide/funnel
from . import counted
from . import crm_funnel_numbers
from . import crm_funnel_intake_numbers
from . import crm_funnel_snapshot
from . import taking
from . import daily
from . import crm_funnel_review
from . import crm_funnel_review_line
from . import crm_funnel_review_channel
from . import crm_funnel_review_decision
from . import findings
from . import rates
from . import bottleneck
from . import explaining
from . import telling
from . import channel
from . import reminding
from . import workbook
from . import ir_attachment
from . import due
from . import making
from . import digest_digest
from . import ir_ui_menu
