"""Runs queries on Spark. Reads {data, tables, threads, rounds, queries: [[name, text]]} as JSON, prints a JSON line a query."""
import json, os, sys, time
from pyspark.sql import SparkSession

job = json.load(sys.stdin)
n = str(job["threads"])
s = (SparkSession.builder.master(f"local[{n}]").config("spark.sql.shuffle.partitions", n).config("spark.ui.enabled", "false")
     .config("spark.ui.showConsoleProgress", "false").config("spark.sql.session.timeZone", "UTC").config("spark.driver.memory", "6g").getOrCreate())
s.sparkContext.setLogLevel("OFF")
for t in job["tables"]:
    s.read.parquet(f"{job['data']}/{t}").createOrReplaceTempView(t)
jvm = s.sparkContext._gateway.proc.pid


def cpu():
    t = open(f"/proc/{jvm}/stat").read().rsplit(")", 1)[1].split()
    return (int(t[11]) + int(t[12])) / os.sysconf("SC_CLK_TCK")


def rss():
    return [int(l.split()[1]) for l in open(f"/proc/{jvm}/status") if l.startswith("VmHWM")][0] * 1024


for name, text in job["queries"]:
    runs = []
    for _ in range(job["rounds"] + 2):  # the first two warm up
        c0, t0 = cpu(), time.time()
        rows = s.sql(text).collect()
        runs.append((time.time() - t0, cpu() - c0))
    took, used = sorted(runs[2:])[(len(runs) - 3) // 2]
    print(json.dumps({"query": name, "seconds": took, "cpu_seconds": used, "peak_rss_bytes": rss(),
                      "rows": [[None if v is None else str(v) for v in r] for r in rows]}), flush=True)
