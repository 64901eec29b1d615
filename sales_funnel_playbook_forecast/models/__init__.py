# Guide: docs/guide/forecast
from . import forecast_scope
from . import crm_pipeline_change
from . import crm_pipeline_change_sql
from . import crm_pipeline_change_texts
from . import forecast_category
from . import crm_playbook_commit
from . import crm_sales_target
from . import crm_forecast_rate
from . import crm_forecast_figure
from . import crm_forecast
from . import crm_forecast_submit
from . import crm_forecast_accuracy
from . import crm_forecast_look
from . import crm_lead
from . import crm_funnel_review
from . import looking
from . import digest_digest
