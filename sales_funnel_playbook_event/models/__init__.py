# What deals know of the event that brought them.
# Uses the core's gate (where deals come in) and deadline (when they were captured).
# Guide: docs/guide/event/events.md
from . import event_event
from . import event_lead_rule
from . import event_question
from . import event_registration
