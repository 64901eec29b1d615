from . import test_form, test_form_tours
