-- The job of weir demo. It can be run by weir run too, with the parts in braces
-- filled in.
--
-- Bids of an online auction come in order of their event time, ${rate} events for
-- each second of it.
CREATE TEMPORARY VIEW events USING nexmark OPTIONS (${source});

-- A static table: what kind of channel a bid came through.
CREATE TEMPORARY VIEW platforms AS
SELECT * FROM VALUES ('Google', 'search'), ('Baidu', 'search'), ('Facebook', 'social'), ('Apple', 'store') AS t(channel, kind);

-- Bids for each second and kind of channel, written once, when the watermark says
-- that a second is over.
CREATE STREAMING TABLE windows USING ${format} OPTIONS (path '${dir}/windows',
  checkpointLocation '${dir}/checkpoints/windows', trigger '${trigger}')
AS SELECT w.start AS second, kind, bids, highest, volume
FROM (
  SELECT window(b.dateTime, '1 second') AS w, coalesce(p.kind, 'other') AS kind,
    count(*) AS bids, max(b.price) AS highest, sum(b.price) AS volume
  FROM (
    SELECT dateTime, bid.channel AS channel, bid.price AS price
    FROM STREAM(events) WATERMARK dateTime DELAY OF INTERVAL 1 SECOND
    WHERE event_type = 2
  ) b LEFT JOIN platforms p ON b.channel = p.channel
  GROUP BY window(b.dateTime, '1 second'), coalesce(p.kind, 'other')
);

-- The highest bids, joined with the static table.
CREATE STREAMING TABLE highest USING parquet OPTIONS (path '${dir}/highest',
  checkpointLocation '${dir}/checkpoints/highest', trigger '${trigger}')
AS SELECT b.dateTime, b.auction, b.bidder, b.price, p.kind
FROM (
  SELECT dateTime, bid.auction AS auction, bid.bidder AS bidder, bid.channel AS channel, bid.price AS price
  FROM STREAM(events)
  WHERE event_type = 2 AND bid.price >= 50000000
) b JOIN platforms p ON b.channel = p.channel;
