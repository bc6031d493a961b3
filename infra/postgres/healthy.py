#!/usr/bin/python3
"""Whether PostgreSQL in this container runs, by the word of its Patroni: 200 as a primary and as a replica alike."""
import sys
import urllib.request

try:
    with urllib.request.urlopen("http://127.0.0.1:8008/health", timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(str(error))
