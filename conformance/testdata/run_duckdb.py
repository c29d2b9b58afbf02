"""Runs SQL in DuckDB for TestDuckDB: a statement a line on standard input, as JSON,
and a line of its rows, or its error, on standard output. Cells are [kind, text]: n for
numbers, s for text and dates, b for truth values."""

import datetime
import decimal
import json
import sys

import duckdb


def cell(v):
    if v is None:
        return None
    if isinstance(v, bool):
        return ["b", "true" if v else "false"]
    if isinstance(v, (int, float, decimal.Decimal)):
        return ["n", str(v)]
    if isinstance(v, (datetime.date, datetime.datetime)):
        return ["s", v.isoformat()]
    return ["s", str(v)]


def main():
    db = duckdb.connect()
    db.execute("SET threads = 1")
    # functions of Spark's that DuckDB calls or orders otherwise
    db.execute("CREATE MACRO datediff(later, earlier) AS CAST(later AS DATE) - CAST(earlier AS DATE)")
    db.execute("CREATE MACRO add_months(d, n) AS CAST(d + to_months(CAST(n AS INTEGER)) AS DATE)")
    for line in sys.stdin:
        try:
            found = db.execute(json.loads(line)).fetchall()
            out = {"rows": [[cell(v) for v in row] for row in found]}
        except Exception as e:  # whatever DuckDB refuses
            out = {"error": str(e).splitlines()[0]}
        sys.stdout.write(json.dumps(out) + "\n")
        sys.stdout.flush()


main()
