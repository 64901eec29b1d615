# What is dated, open and somebody's, in one list: My Day, and its notice once a day.
# Uses core, deadline, rating, role.
# Guide: docs/guide/day
from . import mail_activity
from . import crm_my_day
from . import actions
from . import notice
