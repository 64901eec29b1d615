"""Succeeds if the address given answers an HTTP request."""

import sys
import urllib.request

try:
    # No proxy: the address is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(sys.argv[1], timeout=60).read()
except OSError:
    sys.exit(1)
