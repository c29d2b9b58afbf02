"""Runs queries on DuckDB. Reads {data, tables, threads, rounds, queries: [[name, text]]} as JSON, prints a JSON line a query."""
import json, resource, sys, time
import duckdb

job = json.load(sys.stdin)
c = duckdb.connect()
c.execute("set enable_progress_bar=false")
c.execute(f"set threads={job['threads']}")
for t in job["tables"]:
    c.execute(f"create view {t} as select * from read_parquet('{job['data']}/{t}/*.parquet')")


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


for name, text in job["queries"]:
    runs = []
    for _ in range(job["rounds"] + 1):  # the first one warms up
        c0, t0 = cpu(), time.time()
        rows = c.execute(text).fetchall()
        runs.append((time.time() - t0, cpu() - c0))
    took, used = sorted(runs[1:])[(len(runs) - 2) // 2]
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"query": name, "seconds": took, "cpu_seconds": used, "peak_rss_bytes": rss * 1024,
                      "rows": [[None if v is None else str(v) for v in r] for r in rows]}), flush=True)
