#!/usr/bin/python3
"""Runs Patroni, which holds on to the address of etcd for ten minutes otherwise: a container that is started again may have
another, and without etcd nobody would be promoted meanwhile."""
from patroni.__main__ import main
from patroni.dcs.etcd import DnsCachingResolver

# Seconds that an address is kept, and that a failure to find one is.
DnsCachingResolver.__init__.__defaults__ = (5.0, 5.0)
# Patroni starts PostgreSQL from a process that loads this file again.
if __name__ == "__main__":
    main()
