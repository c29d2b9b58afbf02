package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/dghubble/oauth1"
)

// tweet is what the relay reads of a tweet.
type tweet struct {
	Text     string `json:"text"`
	FullText string `json:"full_text"`
	Lang     string `json:"lang"`
}

// relay serves the texts of the tweets that have one of the tracked words to each client
// of a listener, a line each. Every client gets a stream of its own from the endpoint.
func relay(ctx context.Context, l net.Listener, k keys, endpoint, track string) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		go func() {
			defer conn.Close()
			if err := forward(ctx, conn, k, endpoint, track); err != nil && ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, "relay:", err)
			}
		}()
	}
}

// forward asks the endpoint, signed, and sends what comes.
func forward(ctx context.Context, conn net.Conn, k keys, endpoint, track string) error {
	client := oauth1.NewConfig(k.consumer, k.consumerSecret).Client(ctx, oauth1.NewToken(k.token, k.tokenSecret))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(url.Values{"track": {track}}.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var t tweet
		if len(lines.Bytes()) == 0 || json.Unmarshal(lines.Bytes(), &t) != nil {
			continue // a sign of life, or a message that is no tweet
		}
		text := strings.Join(strings.Fields(t.FullText+" "+t.Text), " ")
		if !wanted(text, track) {
			continue
		}
		if _, err := fmt.Fprintln(conn, text); err != nil {
			return err
		}
	}
	return lines.Err()
}

// wanted reports whether a text has one of the words, in whatever case.
func wanted(text, track string) bool {
	if text == "" || track == "" {
		return text != ""
	}
	text = strings.ToLower(text)
	for word := range strings.SplitSeq(strings.ToLower(track), ",") {
		if strings.Contains(text, strings.TrimSpace(word)) {
			return true
		}
	}
	return false
}
