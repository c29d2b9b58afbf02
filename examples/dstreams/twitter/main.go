// Command twitter counts hashtags of a public stream of tweets, in three programs that
// hand on to each other:
//
//	replay (stands for the public endpoint)
//	   │ HTTP, OAuth 1.0a, one JSON object a line
//	relay: filters, keeps the texts
//	   │ TCP, lines of text
//	count: hashtags, every 300 s
//
//	export TWITTER_CONSUMER_KEY=… TWITTER_CONSUMER_SECRET=…
//	export TWITTER_ACCESS_TOKEN=… TWITTER_ACCESS_SECRET=…
//	cd examples/dstreams/twitter
//	go run . replay -listen localhost:8080 -tweets tweets.jsonl
//	go run . relay -endpoint http://localhost:8080/1.1/statuses/filter.json -track go,spark \
//		-listen localhost:9009
//	go run . count -server localhost:9009 -checkpoint ck
//
// The keys come from the environment and from nowhere else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

// keys are the four secrets of an application and its user.
type keys struct{ consumer, consumerSecret, token, tokenSecret string }

// keysFrom reads the keys from an environment.
func keysFrom(env func(string) string) (keys, error) {
	k := keys{env("TWITTER_CONSUMER_KEY"), env("TWITTER_CONSUMER_SECRET"), env("TWITTER_ACCESS_TOKEN"), env("TWITTER_ACCESS_SECRET")}
	if k.consumer == "" || k.consumerSecret == "" || k.token == "" || k.tokenSecret == "" {
		return k, errors.New("set TWITTER_CONSUMER_KEY, TWITTER_CONSUMER_SECRET, TWITTER_ACCESS_TOKEN and TWITTER_ACCESS_SECRET")
	}
	return k, nil
}

const usage = "usage: twitter replay|relay|count [flags]"

// start runs one of the three programs.
func start(ctx context.Context, name string, args []string) error {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	listen := flags.String("listen", "localhost:8080", "address to serve at (replay, relay)")
	tweets := flags.String("tweets", "tweets.jsonl", "file of tweets, one JSON object a line (replay)")
	every := flags.Duration("every", 100*time.Millisecond, "time between tweets (replay)")
	endpoint := flags.String("endpoint", "http://localhost:8080/1.1/statuses/filter.json", "where tweets come from (relay)")
	track := flags.String("track", "", "words of which a tweet must have one, with commas between (relay)")
	o := options{out: os.Stdout}
	flags.StringVar(&o.server, "server", "localhost:9009", "where lines come from (count)")
	flags.StringVar(&o.checkpoint, "checkpoint", "checkpoint", "directory to go on from (count)")
	flags.DurationVar(&o.interval, "interval", 300*time.Second, "interval of batches (count)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if name == "count" {
		return count(ctx, o)
	}
	if name != "replay" && name != "relay" {
		return errors.New(usage)
	}
	k, err := keysFrom(os.Getenv)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if name == "replay" {
		server := &http.Server{Handler: &replay{keys: k, file: *tweets, every: *every}, ReadHeaderTimeout: time.Minute}
		defer context.AfterFunc(ctx, func() { server.Close() })()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
	return relay(ctx, l, k, *endpoint, *track)
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1], os.Args[2:]); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "twitter:", err)
		os.Exit(1)
	}
}
