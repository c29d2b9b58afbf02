-- Counts the words of a text that comes over a socket: weir run wordcount.sql
CREATE TEMPORARY VIEW lines USING socket OPTIONS (host 'localhost', port '9999');
CREATE STREAMING TABLE counts USING console OPTIONS (outputMode 'complete', checkpointLocation 'ck', trigger '1 second')
AS SELECT word, count(*) AS n FROM (SELECT explode(split(value, ' ')) AS word FROM STREAM(lines)) GROUP BY word;
