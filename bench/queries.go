package bench

// nexmarkQuery is a query of the auction benchmark. Its text is what Spark runs
// too, letter by letter.
type nexmarkQuery struct {
	name string
	mode string // output mode
	text string
	// clock says that the answer depends on the time of day.
	clock bool
}

// nexmarkQueries are those that Spark's Structured Streaming can express, over the
// views of [eventViews] and the static table side.
var nexmarkQueries = []nexmarkQuery{
	{name: "q0", mode: "append", text: `select auction,bidder,price,dateTime,extra from bid`},
	{name: "q1", mode: "append", text: `select auction,bidder,cast(0.908*price as decimal(23,3)) price,dateTime,extra from bid`},
	{name: "q2", mode: "append", text: `select auction,price from bid where auction % 123 = 0`},
	{name: "q3", mode: "append", text: `select p.name,p.city,p.state,a.id from auction a join person p on a.seller=p.id where a.category=10 and p.state in ('OR','ID','CA')`},
	{name: "q5", mode: "append", text: `with c as (select auction, count(*) num, window(dateTime,'10 seconds','2 seconds') w from bid group by auction, window(dateTime,'10 seconds','2 seconds')),
		m as (select max(num) maxn, w from c group by w) select c.auction, c.num from c join m on c.w=m.w and c.num>=m.maxn`},
	{name: "q7", mode: "append", text: `select b.auction,b.price,b.bidder,b.dateTime,m.maxprice from bid b join
		(select max(price) maxprice, window(dateTime,'10 seconds').end dt, window(dateTime,'10 seconds') w from bid group by window(dateTime,'10 seconds')) m
		on b.price=m.maxprice where b.dateTime between m.dt - interval 10 seconds and m.dt`},
	{name: "q8", mode: "append", text: `select p.id,p.name,p.w from (select id,name,window(dateTime,'10 seconds') w from person group by id,name,window(dateTime,'10 seconds')) p join
		(select seller,window(dateTime,'10 seconds') w from auction group by seller,window(dateTime,'10 seconds')) a on p.id=a.seller and p.w=a.w`},
	{name: "q11", mode: "append", text: `select bidder,count(*) n,session_window(dateTime,'10 seconds') w from bid group by bidder,session_window(dateTime,'10 seconds')`},
	{name: "q12", mode: "update", text: `select bidder,count(*) n,window(current_timestamp(),'10 seconds') w from bid group by bidder,window(current_timestamp(),'10 seconds')`, clock: true},
	{name: "q13", mode: "append", text: `select b.auction,b.bidder,b.price,b.dateTime,s.value from bid b join side s on b.auction % 10000 = s.key`},
	{name: "q14", mode: "append", text: `select auction,bidder,cast(0.908*price as decimal(23,3)) price, case when hour(dateTime)>=8 and hour(dateTime)<=18 then 'dayTime' when hour(dateTime)<=6 or hour(dateTime)>=20 then 'nightTime' else 'otherTime' end t,
		dateTime,extra,length(extra)-length(replace(extra,'c','')) c_counts from bid where 0.908*price>1000000 and 0.908*price<50000000`},
	{name: "q15", mode: "update", text: `select date_format(dateTime,'yyyy-MM-dd') day,count(*) t,count_if(price<10000) r1,count_if(price>=10000 and price<1000000) r2,count_if(price>=1000000) r3,
		approx_count_distinct(bidder) tb,approx_count_distinct(bidder) filter (where price<10000) b1,approx_count_distinct(bidder) filter (where price>=10000 and price<1000000) b2,approx_count_distinct(bidder) filter (where price>=1000000) b3,
		approx_count_distinct(auction) ta,approx_count_distinct(auction) filter (where price<10000) a1,approx_count_distinct(auction) filter (where price>=10000 and price<1000000) a2,approx_count_distinct(auction) filter (where price>=1000000) a3
		from bid group by date_format(dateTime,'yyyy-MM-dd')`},
	{name: "q16", mode: "update", text: `select channel,date_format(dateTime,'yyyy-MM-dd') day,max(date_format(dateTime,'HH:mm')) minute,count(*) t,count_if(price<10000) r1,count_if(price>=10000 and price<1000000) r2,count_if(price>=1000000) r3,
		approx_count_distinct(bidder) tb,approx_count_distinct(auction) ta from bid group by channel,date_format(dateTime,'yyyy-MM-dd')`},
	{name: "q17", mode: "update", text: `select auction,date_format(dateTime,'yyyy-MM-dd') day,count(*) t,count_if(price<10000) r1,count_if(price>=10000 and price<1000000) r2,count_if(price>=1000000) r3,min(price) mn,max(price) mx,avg(price) av,sum(price) sm
		from bid group by auction,date_format(dateTime,'yyyy-MM-dd')`},
	{name: "q18", mode: "update", text: `select bidder,auction,max_by(struct(price,channel,url,extra),dateTime) last,max(dateTime) dt from bid group by bidder,auction`},
	{name: "q20", mode: "append", text: `select b.auction,b.bidder,b.price,b.channel,b.url,b.dateTime,b.extra,a.itemName,a.description,a.initialBid,a.reserve,a.dateTime adt,a.expires,a.seller,a.category,a.extra aextra from bid b join auction a on b.auction=a.id where a.category=10`},
	{name: "q21", mode: "append", text: `select * from (select auction,bidder,price,channel,case lower(channel) when 'apple' then '0' when 'google' then '1' when 'facebook' then '2' when 'baidu' then '3' else nullif(regexp_extract(url,'(&|^)channel_id=([^&]*)',2),'') end channel_id from bid) where channel_id is not null`},
	{name: "q22", mode: "append", text: `select auction,bidder,price,channel,split(url,'/')[3] dir1,split(url,'/')[4] dir2,split(url,'/')[5] dir3 from bid`},
	{name: "q23", mode: "append", text: `select b.auction,b.bidder,b.price,b.dateTime,p.name,p.city,a.itemName,a.category from bid b join person p on p.id=b.bidder join auction a on a.seller=b.bidder`},
}
