"""What a program of PySpark asks first. The server's address is the only argument; what
is printed last says that all went well."""
import datetime
import decimal
import sys
import tempfile

from pyspark.errors import AnalysisException, ArithmeticException, ParseException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

spark = SparkSession.builder.remote(sys.argv[1]).appName("basics").getOrCreate()


def same(got, want):
    assert got == want, f"{got!r}, want {want!r}"


same(spark.range(10).count(), 10)
same(spark.version, "4.3.0")
same([r.id for r in spark.range(3).collect()], [0, 1, 2])

people = spark.createDataFrame(
    [(1, "Ada", decimal.Decimal("1.50"), datetime.date(1815, 12, 10)), (2, "Grace", None, None)],
    "id int, name string, pay decimal(5,2), born date",
)
same(people.columns, ["id", "name", "pay", "born"])
same(people.schema["name"].dataType, StringType())
same(people.collect()[0], Row(id=1, name="Ada", pay=decimal.Decimal("1.50"), born=datetime.date(1815, 12, 10)))
same(people.filter(people.pay.isNull()).select(F.upper("name").alias("n")).first().n, "GRACE")
same(people.groupBy().agg(F.sum("id").alias("s")).first().s, 3)
same(sorted(r.name for r in people.orderBy(F.desc("id")).limit(5).collect()), ["Ada", "Grace"])
same(people.na.fill({"pay": 0}).where("id = 2").first().pay, decimal.Decimal("0.00"))

people.createOrReplaceTempView("people")
same(spark.sql("SELECT count(*) AS n FROM people WHERE id > ?", args=[1]).first().n, 1)
same(spark.table("people").join(spark.range(5).withColumnRenamed("id", "k"), F.col("id") == F.col("k")).count(), 2)
same(spark.sql("SET spark.sql.session.timeZone").first()[1], spark.conf.get("spark.sql.session.timeZone"))

zone = spark.conf.get("spark.sql.session.timeZone")
spark.conf.set("spark.sql.session.timeZone", "America/New_York")
late = "TIMESTAMP '2024-01-01 00:00:00'"
made = spark.sql(f"SELECT {late} AS t")
same(made.select(F.unix_seconds("t")).first()[0], 1704085200)
same(made.where(f"t = {late}").count(), 1)
same(made.selectExpr(f"unix_seconds({late}) - unix_seconds(t)").first()[0], 0)
same(made.select(F.expr(f"unix_seconds({late})")).first()[0], 1704085200)
same(made.select(F.expr(late)).columns, [late])
spark.sql(f"SELECT unix_seconds({late}) AS u").createOrReplaceTempView("newyork")
spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW kept AS SELECT unix_seconds({late}) AS u")
spark.conf.set("spark.sql.session.timeZone", zone)
same([spark.table(v).first().u for v in ("kept", "newyork")], [1704085200] * 2)

now = datetime.datetime(2024, 2, 29, 12, 30, 0, 7)
made = spark.createDataFrame([Row(t=now, l=[1, 2], m={"a": 1}, s=Row(x=1, y="z"))])
got = made.first()
same((got.t, got.l, got.m, got.s), (now, [1, 2], {"a": 1}, Row(x=1, y="z")))
same(spark.createDataFrame([], StructType([StructField("i", IntegerType())])).collect(), [])
big = spark.createDataFrame([(i, "x" * 100) for i in range(30000)], "i int, s string")
same(big.agg(F.max("i"), F.count("*")).first(), (29999, 30000))

same(spark.range(1).select(F.lit("a").alias("c"))._show_string(20, True, False), "+---+\n|  c|\n+---+\n|  a|\n+---+\n")
assert "Range (0, 1, 1)" in spark.range(1)._explain_string()
same(spark.range(2).toPandas()["id"].tolist(), [0, 1])

with tempfile.TemporaryDirectory() as folder:
    people.write.partitionBy("id").parquet(folder + "/people")
    same(spark.read.parquet(folder + "/people").where("id = 1").first().name, "Ada")
    people.write.mode("append").json(folder + "/people_json")
    same(spark.read.schema("name string").json(folder + "/people_json").count(), 2)

try:
    spark.range(1).select("nothing").collect()
    raise AssertionError("an unknown column was found")
except AnalysisException as e:
    same(e.getCondition(), "UNRESOLVED_COLUMN.WITH_SUGGESTION")
    same(e.getSqlState(), "42703")
    same(e.getMessageParameters()["objectName"], "`nothing`")
try:
    spark.sql("SELEC 1")
    raise AssertionError("what is no statement was run")
except ParseException as e:
    same(e.getCondition(), "PARSE_SYNTAX_ERROR")
try:
    spark.sql("SELECT 1 / 0").collect()
    raise AssertionError("a division by zero gave a number")
except ArithmeticException as e:
    same(e.getCondition(), "DIVIDE_BY_ZERO")

spark.stop()
print("all went well")
