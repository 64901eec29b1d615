"""Benchmarks: what the module costs, measured beside a database that only has crm.

A measurement is a short function in a file of this folder, which runs inside a worker process that
has the database open: see :mod:`bench.lead_create` for an example and :class:`bench.registry.Bench`
for what there is to say about it.
"""
