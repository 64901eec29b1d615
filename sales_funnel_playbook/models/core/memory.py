from odoo import tools

CHANGED = "crm.playbook.rules_changed"  # whether this transaction has changed rules
OWN = "crm.playbook.own_memory"


class OwnMemory(dict):
    """What a transaction remembers of rules that it has changed; a test that puts back what there was before
    it begins with nothing.
    """

    version = None

    def __deepcopy__(self, memo):
        return OwnMemory()


class remembered(tools.ormcache):  # like the decorator it extends
    """An ``ormcache`` of what follows from rules. A transaction that has changed some remembers for itself:
    what is not committed decides nothing in the other threads of the process, and is not kept by them.
    """

    def lookup(self, *args, **kwargs):
        cr = args[0].env.cr
        if CHANGED not in cr.postcommit.data:
            return super().lookup(*args, **kwargs)
        own = cr.postcommit.data.setdefault(OWN, OwnMemory())
        version = args[0].env["crm.playbook"]._get_memory_version()
        if own.version is not version:
            own.clear()
            own.version = version
        key = self.key(*args, **kwargs)
        if key not in own:
            own[key] = self.method(*args, **kwargs)
        return own[key]


def forget(env):
    """Forget, in all processes, what was remembered of rules: now, and once more when the change is
    committed; until then another thread may have remembered what there was before.
    """
    env.registry.clear_cache()
    data = env.cr.postcommit.data
    if CHANGED not in data:
        data[CHANGED] = True
        env.cr.postcommit.add(env.registry.clear_cache)


def keep_changed(data):
    """Return the part of a cursor's ``postcommit.data`` that tells that rules have changed, without what is
    remembered of them: what is tried and taken back remembers for itself.
    """
    return {CHANGED: True} if CHANGED in data else {}
