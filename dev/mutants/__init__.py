"""Mutation testing: one thing in the code is changed, and a test should notice.

Cosmic Ray says what can be changed (:mod:`making`), and :mod:`sql_text` the same for SQL. A mutant is put
into a process that has loaded Odoo already (:mod:`putting`). Only the tests run that reach the changed line
(:mod:`reaching`, :mod:`pytest_mutants`), in a child of its own: thousands of mutants would else be thousands
of registries.
"""
