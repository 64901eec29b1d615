import ast
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parents[2]
# execute_query is not among them: it refuses what is no SQL object, the cursor itself takes any text.
RUNS_SQL = ("execute", "execute_values", "executemany")
FILES = ("models", "wizard", "report", "tools", "demo", "migrations", "hooks.py", "fields.py", "columns.py")
RUNS_TEXT = ("eval", "exec", "compile", "safe_eval", "test_python_expr")
# SQL whose text is a variable: file, expression, and why it can only be a constant of the module.
VARIABLE_SQL = {
    "models/rating/signals.py: query": "a value of SIGNALS, above it",
    "models/customer/capture.py: query": "a value of SOURCES, in found.py",
    "models/deadline/activities.py: RECORDED[trigger]": "a value of RECORDED, above it",
    "models/history/writing.py: self._fields[name].column_type[1]": "the type of a field of ours",
    "models/case/crm_playbook_case_use.py: query": "a private method's argument: USED or OTHERS, above it",
    "report/crm_renewal_report.py: rate": "a value of RATES, above it",
}


def get_files(folders=FILES):
    """Yield ``(name, lines, tree)`` of the module's Python files, tests left out."""
    for folder in folders:
        path = ROOT / folder
        for file in sorted(path.rglob("*.py") if path.is_dir() else [path]):
            text = file.read_text(encoding="utf-8")
            yield str(file.relative_to(ROOT)), text.splitlines(), ast.parse(text)


def get_name(function):
    """Return the last name of what is called: ``execute`` of ``self.env.cr.execute``."""
    return getattr(function, "attr", None) or getattr(function, "id", None)


def get_calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def is_text(node, constants):
    """Tell whether an expression is a text that stands in the code: nothing is put into it."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Call):
        return get_name(node.func) == "SQL"  # which is looked at by itself
    return isinstance(node, ast.Name | ast.Attribute) and get_name(node) in constants


def get_local_texts(tree, constants):
    """Return the names of variables that are never given anything but texts that stand in the code."""
    given = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            values = getattr(node.value, "elts", [None] * len(node.targets[0].elts))
            for target, value in zip(node.targets[0].elts, values, strict=True):
                given[get_name(target)].append(value)
        elif isinstance(node, ast.Assign):
            given[get_name(node.targets[0])].append(node.value)
        elif isinstance(node, ast.For):
            for target in ast.walk(node.target):
                is_list = target is node.target and isinstance(node.iter, ast.Tuple)
                given[get_name(target)] += node.iter.elts if is_list else [None]
        elif isinstance(node, ast.arg):
            given[node.arg].append(None)
    return {name for name, values in given.items() if all(is_text(value, constants) for value in values)}


def find_unsafe_sql(name, tree, constants):
    """Yield what is run or made as SQL and does not stand in the code as a text, as ``file: expression``."""
    constants = constants | get_local_texts(tree, constants)
    for call in get_calls(tree):
        called = get_name(call.func)
        if called == "SQL" and not (call.args and is_text(call.args[0], constants)):
            yield f"{name}: {ast.unparse(call.args[0]) if call.args else 'SQL()'}"
            continue
        is_run = called in RUNS_SQL and isinstance(call.func, ast.Attribute) and call.args
        if is_run and not is_text(call.args[0], constants):
            yield f"{name}: {ast.unparse(call.args[0])}"


def find_run_python(name, tree):
    for call in get_calls(tree):
        if get_name(call.func) in RUNS_TEXT and not ast.unparse(call.func).startswith("re."):
            yield f"{name}: {ast.unparse(call.func)}"


def find_silent_sudo(name, lines, tree):
    """Yield each ``sudo()`` without a reason: a comment that begins with “sudo:” in the function up to its
    line, or a docstring that speaks of the superuser.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for call in get_calls(tree):
        if get_name(call.func) != "sudo" or call.args or call.keywords:
            continue
        around = [one for one in functions if one.lineno <= call.lineno <= one.end_lineno]
        function = max(around, key=lambda one: one.lineno, default=None)
        first = function.lineno if function else max(call.lineno - 3, 1)
        comments = [line.partition("#")[2].strip() for line in lines[first - 1 : call.end_lineno]]
        docstring = (function and ast.get_docstring(function)) or ""
        if not any(one.startswith("sudo:") for one in comments) and "superuser" not in docstring:
            yield f"{name}:{call.end_lineno}: {lines[call.end_lineno - 1].strip()}"


def is_made_of_constants(node):
    """Tell whether an expression of a module is an f-string of nothing but the module's constants."""
    names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    return isinstance(node, ast.JoinedStr) and all(name.isupper() for name in names)


def get_constants():
    """Return the names in capitals that are texts with nothing put into them but such texts, of all files."""
    return {
        target.id
        for _name, _lines, tree in get_files()
        for node in tree.body
        if isinstance(node, ast.Assign) and (is_text(node.value, ()) or is_made_of_constants(node.value))
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper()
    }


@tagged("post_install", "-at_install")
class TestSecuritySql(BaseCase):
    """What the module gives to PostgreSQL and Python stands in its code; who acts as superuser says why."""

    def test_sql_is_constant(self):
        constants = get_constants()
        found = {one for name, _lines, tree in get_files() for one in find_unsafe_sql(name, tree, constants)}
        self.assertEqual(found, set(VARIABLE_SQL), "\n".join(sorted(found ^ set(VARIABLE_SQL))))

    def test_no_text_is_run(self):
        found = {one for name, _lines, tree in get_files() for one in find_run_python(name, tree)}
        self.assertFalse(found)

    def test_faults_are_found(self):
        code = """
def f(self, name, texts):
    self.env.cr.execute(f"DELETE FROM {name}")
    self.env.cr.execute("DELETE FROM %s" % name)
    SQL("a" + name)
    SQL("a {}".format(name))
    for text in texts:
        SQL(text)
    query = "fine"
    SQL(query)
    self.env.cr.execute(SQL(FINE, name))
    safe_eval(name)
    self.sudo().unlink()
    # sudo: a reason
    self.sudo().unlink()
"""
        tree = ast.parse(code)
        found = [one.partition(": ")[2] for one in find_unsafe_sql("", tree, {"FINE"})]
        texts = [
            "'DELETE FROM %s' % name",
            "'a' + name",
            "'a {}'.format(name)",
            "f'DELETE FROM {name}'",
            "text",
        ]
        self.assertEqual(sorted(found), sorted(texts))
        self.assertEqual(len(list(find_run_python("", tree))), 1)
        self.assertEqual(len(list(find_silent_sudo("", code.splitlines(), tree))), 1)

    def test_sudo_says_why(self):
        found = [one for name, lines, tree in get_files() for one in find_silent_sudo(name, lines, tree)]
        self.assertFalse(found, "\n".join(found))
