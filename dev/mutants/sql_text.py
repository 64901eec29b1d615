"""What can be changed in SQL: one comparison, one join, one order."""

import io
import re
import tokenize

IS_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|JOIN|CASE|COALESCE|EXISTS|BETWEEN|IS (NOT )?NULL)\b"
)
TEXTS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
# what is looked for: what it becomes; the first that fits at a place counts
CHANGES = [
    (r"\bIS NOT DISTINCT FROM\b", "IS DISTINCT FROM"),
    (r"\bIS DISTINCT FROM\b", "IS NOT DISTINCT FROM"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bNOT EXISTS\b", "EXISTS"),
    (r"\bEXISTS\b", "NOT EXISTS"),
    (r"\bNOT IN\b", "IN"),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r"\bUNION ALL\b", "UNION"),
    (r"\bSELECT DISTINCT(?! ON)\b", "SELECT"),
    (r"\bCOUNT\(DISTINCT ", "COUNT("),
    (r"\bMIN\(", "MAX("),
    (r"\bMAX\(", "MIN("),
    (r"\bSUM\(", "MAX("),
    (r"\bGREATEST\(", "LEAST("),
    (r"\bLEAST\(", "GREATEST("),
    (r"\bLEAD\(", "LAG("),
    (r"\bLAG\(", "LEAD("),
    (r"\bDESC\b", "ASC"),
    (r"\bASC\b", "DESC"),
    (r"\bNULLS LAST\b", "NULLS FIRST"),
    (r"\bNULLS FIRST\b", "NULLS LAST"),
    (r"\bTRUE\b", "FALSE"),
    (r"\bFALSE\b", "TRUE"),
    (r"<>", "="),
    (r"<=", "<"),
    (r">=", ">"),
    (r"(?<![-<>@])>(?![=>])", ">="),
    (r"<(?![=>@])", "<="),
    (r"(?<=[\w)\]}'\"] )=(?= )", "<>"),
    (r"(?<=[\w)] )\+(?= )", "-"),
    (r"(?<=[\w)] )-(?= )", "+"),
    (r"(?<=[\w)] )/(?= )", "*"),
]
CHANGE = re.compile("|".join(f"(?P<c{number}>{found})" for number, (found, _to) in enumerate(CHANGES)))
ASSIGNS = re.compile(r"\b(SET|WHERE|ON|AND|OR|WHEN|SELECT|HAVING|FROM)\b")


def find(source):
    """Return ``(line, start, end, text)`` of each change of SQL in a module: where, what is there then.

    >>> source = '''A = "SELECT 1 FROM deal WHERE won AND day BETWEEN %s AND %s ORDER BY id DESC"'''
    >>> [(source[start:end], text) for _line, start, end, text in find(source)]
    [('AND', 'OR'), ('DESC', 'ASC')]
    >>> source = '''A = "UPDATE deal SET a = 1 WHERE a = 2"; B = "a text"; C = "SELECT a->>'x' WHERE b > 1"'''
    >>> [(source[start:], text) for _line, start, end, text in find(source)][0][0][:5]
    '= 2";'
    >>> [(source[start:end], text) for _line, start, end, text in find(source)]
    [('=', '<>'), ('>', '>=')]
    """
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in TEXTS and IS_SQL.search(token.string):
            begin = starts[token.start[0] - 1] + token.start[1]
            found += [
                (source.count("\n", 0, begin + start) + 1, begin + start, begin + end, text)
                for start, end, text in _find_in(token.string)
            ]
    return found


def _find_in(sql):
    for match in CHANGE.finditer(sql):
        text = CHANGES[int(match.lastgroup[1:])][1]
        before = sql[: match.start()]
        if match[0] == "AND" and before.rfind("BETWEEN") > before.rfind("AND"):
            continue
        if match[0] == "=" and (ASSIGNS.findall(before) or [""])[-1] == "SET":
            continue
        yield *match.span(), text
