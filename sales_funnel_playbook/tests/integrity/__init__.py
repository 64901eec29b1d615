from . import test_integrity
