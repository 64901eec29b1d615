from contextlib import contextmanager

from odoo.tools.misc import Callbacks

from .memory import keep_changed


@contextmanager
def rehearse(env):
    """Take back whatever is done within: nothing of it stays, and nobody hears of it."""
    env.flush_all()
    cr = env.cr
    callbacks = cr.precommit, cr.postcommit
    # without flushing: that would run what waits for the end of the transaction
    with cr.savepoint(flush=False) as savepoint:
        cr.precommit, cr.postcommit = Callbacks(), Callbacks()
        cr.postcommit.data.update(keep_changed(callbacks[1].data))
        try:
            yield
        finally:
            cr.precommit, cr.postcommit = callbacks
            savepoint.rollback()
            env.transaction.clear()
