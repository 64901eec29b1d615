# What is kept of people on the customer's side: found, given out, anonymised in place.
# Uses core, customer.
# Guide: docs/guide/privacy
from . import anonymising
from . import retention
from . import res_partner
