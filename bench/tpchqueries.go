package bench

// tpchQuery is a query over [gen.SalesTables]. Its text is what every engine runs,
// letter by letter.
type tpchQuery struct{ name, text string }

// tpchQueries have the shapes of nine of the queries of TPC-H.
var tpchQueries = []tpchQuery{
	{"q1", `select l_returnflag, l_linestatus, sum(l_quantity) as quantity, sum(l_extendedprice) as base,
		sum(l_extendedprice * (1 - l_discount)) as discounted, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as charge,
		avg(l_quantity) as avg_quantity, avg(l_extendedprice) as avg_price, avg(l_discount) as avg_discount, count(*) as n
		from lineitem where l_shipdate <= date '1998-09-02' group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus`},
	{"q3", `select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority
		from customer, orders, lineitem
		where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
		and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15'
		group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate, l_orderkey limit 10`},
	{"q5", `select n_name, sum(l_extendedprice * (1 - l_discount)) as revenue
		from customer, orders, lineitem, supplier, nation, region
		where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey and c_nationkey = s_nationkey
		and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA'
		and o_orderdate >= date '1994-01-01' and o_orderdate < date '1995-01-01'
		group by n_name order by revenue desc`},
	{"q6", `select sum(l_extendedprice * l_discount) as revenue from lineitem
		where l_shipdate >= date '1994-01-01' and l_shipdate < date '1995-01-01'
		and l_discount between 0.05 and 0.07 and l_quantity < 24`},
	{"q9", `select nation, o_year, sum(amount) as profit from (
		select n_name as nation, extract(year from o_orderdate) as o_year,
		l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity as amount
		from part, supplier, lineitem, partsupp, orders, nation
		where s_suppkey = l_suppkey and ps_suppkey = l_suppkey and ps_partkey = l_partkey and p_partkey = l_partkey
		and o_orderkey = l_orderkey and s_nationkey = n_nationkey and p_name like '%green%') as profits
		group by nation, o_year order by nation, o_year desc`},
	{"q12", `select l_shipmode,
		sum(case when o_orderpriority = '1-URGENT' or o_orderpriority = '2-HIGH' then 1 else 0 end) as high,
		sum(case when o_orderpriority <> '1-URGENT' and o_orderpriority <> '2-HIGH' then 1 else 0 end) as low
		from orders, lineitem
		where o_orderkey = l_orderkey and l_shipmode in ('MAIL', 'SHIP') and l_commitdate < l_receiptdate
		and l_shipdate < l_commitdate and l_receiptdate >= date '1994-01-01' and l_receiptdate < date '1995-01-01'
		group by l_shipmode order by l_shipmode`},
	{"q14", `select 100.00 * sum(case when p_type like 'PROMO%' then l_extendedprice * (1 - l_discount) else 0 end)
		/ sum(l_extendedprice * (1 - l_discount)) as promo from lineitem, part
		where l_partkey = p_partkey and l_shipdate >= date '1995-09-01' and l_shipdate < date '1995-10-01'`},
	{"q18", `select c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) as quantity
		from customer, orders, lineitem
		where o_orderkey in (select l_orderkey from lineitem group by l_orderkey having sum(l_quantity) > 300)
		and c_custkey = o_custkey and o_orderkey = l_orderkey
		group by c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
		order by o_totalprice desc, o_orderdate, o_orderkey limit 100`},
	{"q19", `select sum(l_extendedprice * (1 - l_discount)) as revenue from lineitem, part
		where (p_partkey = l_partkey and p_brand = 'Brand#12' and p_container in ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG')
		and l_quantity >= 1 and l_quantity <= 11 and p_size between 1 and 5 and l_shipmode in ('AIR', 'REG AIR')
		and l_shipinstruct = 'IN PERSON')
		or (p_partkey = l_partkey and p_brand = 'Brand#23' and p_container in ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
		and l_quantity >= 10 and l_quantity <= 20 and p_size between 1 and 10 and l_shipmode in ('AIR', 'REG AIR')
		and l_shipinstruct = 'IN PERSON')
		or (p_partkey = l_partkey and p_brand = 'Brand#34' and p_container in ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
		and l_quantity >= 20 and l_quantity <= 30 and p_size between 1 and 15 and l_shipmode in ('AIR', 'REG AIR')
		and l_shipinstruct = 'IN PERSON')`},
}
