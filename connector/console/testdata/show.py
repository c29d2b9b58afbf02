"""Records what Spark's Dataset.show and console sink print, for table_test.go.

usage: show.py show.golden > console.txt   (needs pyspark; show.golden holds cases in the form of
internal/golden, console.txt what the console sink printed)
"""
import contextlib, io, sys, tempfile
from pyspark.sql import SparkSession

s = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
     .config("spark.sql.session.timeZone", "America/New_York").config("spark.sql.shuffle.partitions", "1")
     .config("spark.sql.timeType.enabled", "true").getOrCreate())
s.sparkContext.setLogLevel("OFF")

TABLES = {
    "words": "select * from values ('a', 1L), ('a longer word', 12345678L), (null, null) as t(word, n)",
    "long": "select * from values ('exactly twenty chars', 'twenty-one characters'), ('x', 'y') as t(a, b)",
    "escape": r"select * from values ('a\nb\tc\rd', 'x\\y'), ('\b\f', 'q''r') as t(a, `b\nc`)",
    "wide": "select * from values ('世界', 'ｱ'), ('日本語テキスト', '한국어'), ('é', '😀'), ('世界世界世界世界世界世界世界世界世界世界世', '😀😀😀😀😀😀😀😀😀😀😀') as t(`列`, b)",
    "nested": """select struct('a' as x, 1 as y, cast(null as string) as z) st, array(1, 2, null) ar, map('k', 1.5D, 'l', null) mp,
      array(struct(1 as i, array('p', null) as l)) deep, array() empty, map() nomap""",
    "times": """select timestamp'2024-02-29 12:34:56.789' a, timestamp'2024-02-29 12:34:56.000001' b, timestamp_ntz'2024-02-29 00:00:00' c,
      date'2024-02-29' d, timestamp'1883-11-18 12:00:00' e, date'+12345-06-07' f, date'-0045-03-15' g, timestamp_ntz'+12345-06-07 01:02:03.5' h""",
    "numbers": """select cast(1.5 as decimal(10,3)) a, cast(0.0000001 as decimal(20,10)) b, 1e10D c, 1e-3D d, 9.999999e6D e, 1e7D f, 0.00099D g,
      double('NaN') h, double('-Infinity') i, float(1.1) j, float(1e10) k, -0.0D l, true m, 127Y n, cast(-12345678901234567890123456789.123456789 as decimal(38,9)) o, 123456.789D p, 4.9E-324D q, float(3.4028235E38) r, 100D s, float(16777216) t""",
    "binary": "select X'6162' a, X'' b, array(X'637A') c, struct(X'41' as x) d",
    "intervals": """select interval '1-2' year to month a, interval '-1-2' year to month b, interval '3' year c, interval '5' month d,
      interval '1 02:03:04.5' day to second e, interval '-1 02:03:04' day to second f, interval '7' day g, interval '1 02' day to hour h, interval '1 02:03' day to minute i,
      interval '26' hour j, interval '26:03' hour to minute k, interval '26:03:04.000001' hour to second l, interval '75' minute m, interval '75:01' minute to second n, interval '61.25' second o, interval '-0.5' second p""",
    "calendar": "select make_interval(1, 2, 3, 4, 5, 6, 7.5) a, make_interval(0,0,0,0,0,0,0) b, make_interval(-1, -2, 0, -4, -5, -6, -0.000001) c, make_interval(0,0,0,0,1,0,0) d",
    "time": "select time'01:02:03.123456' a, time'23:59:59' b, cast('10:11:12.5' as time(1)) c",
    "hundred": "select id from range(25)",
    "none": "select 1 a, 'x' b where false",
}
SHOWS = [("words", 20, True), ("words", 2, True), ("words", 1, 0), ("words", 0, True), ("words", 20, False), ("words", 20, 3), ("words", 20, 6), ("long", 20, True), ("long", 20, False),
         ("escape", 20, True), ("escape", 20, False), ("wide", 20, True), ("wide", 20, False), ("nested", 20, True), ("nested", 20, False), ("times", 20, False),
         ("numbers", 20, False), ("binary", 20, False), ("intervals", 20, False), ("calendar", 20, False), ("time", 20, False), ("hundred", 20, True), ("hundred", 25, True), ("none", 20, True)]
CASTS = ["nested", "times", "numbers", "binary", "intervals", "calendar", "time"]

out = io.StringIO()
def put(head, text):
    out.write(head + "\n----\n----\n" + text.rstrip("\n") + "\n----\n----\n\n")
for name, n, truncate in SHOWS:
    for vertical in (False, True):
        f = io.StringIO()
        try:
            with contextlib.redirect_stdout(f):
                s.sql(TABLES[name]).show(n, truncate, vertical)
            text = f.getvalue()
        except Exception as e:
            text = "ERROR " + str(e)[:300]
        put(f"show table={name} rows={n} truncate={ {True: 20, False: 0}.get(truncate, truncate) if isinstance(truncate, bool) else truncate} vertical={str(vertical).lower()}", text)
for name in CASTS:
    df = s.sql(TABLES[name])
    rows = df.selectExpr(*[f"cast(`{c}` as string)" for c in df.columns]).collect()
    put(f"cast table={name}", "\n".join(f"{c}: {v}" for r in rows for c, v in r.asDict().items()))

# The console sink prints from the JVM, straight to standard output: two files, one a batch.
d = tempfile.mkdtemp()
open(d + "/1.txt", "w").write("apache spark\n" * 3)
q = (s.readStream.text(d).writeStream.format("console").option("numRows", 2).option("truncate", "false")
     .outputMode("append"))
h = q.start(); h.processAllAvailable()
open(d + "/2.txt", "w").write("one line\n")
h.processAllAvailable(); h.stop()
open(sys.argv[1], "w").write(out.getvalue())
