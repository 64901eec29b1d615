from . import test_kick_off, test_kick_off_file, test_kick_off_life, test_kick_off_people, test_kick_off_tours
