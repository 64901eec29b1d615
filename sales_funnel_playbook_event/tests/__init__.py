from . import test_event, test_event_tours
