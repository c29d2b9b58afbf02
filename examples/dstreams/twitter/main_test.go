package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/examples/dstreams/screen"
)

var testKeys = keys{"key", "secret & more", "token", "token/secret"}

// From the endpoint to the counts, as three programs do it.
func TestTweetsAreCounted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tweets.jsonl")
	text := `{"text": "Go is fun, #golang!"}
{"text": "nothing of that #other"}
{"delete": {}}
{"full_text": "gophers\ngo #GoLang #go"}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&replay{keys: testKeys, file: file})
	defer server.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	relayed := make(chan error, 1)
	go func() { relayed <- relay(ctx, l, testKeys, server.URL+"/1.1/statuses/filter.json", "go,#spark") }()
	s := screen.New("(#golang,2)\n(#go,1)\n")
	counted := make(chan error, 1)
	go func() {
		counted <- count(ctx, options{server: l.Addr().String(), checkpoint: t.TempDir(), interval: 50 * time.Millisecond, out: s})
	}()
	select {
	case <-s.Came():
	case err := <-counted:
		t.Fatal(err)
	case <-ctx.Done():
		t.Errorf("the counts are not in\n%s", s.String())
	}
	cancel()
	if err := <-counted; err != nil {
		t.Error(err)
	}
	if err := <-relayed; err != nil {
		t.Error(err)
	}
	if strings.Contains(s.String(), "#other") {
		t.Error("a tweet without a tracked word was counted")
	}
}

func TestSignatureIsChecked(t *testing.T) {
	server := httptest.NewServer(&replay{keys: testKeys, file: os.DevNull})
	defer server.Close()
	for name, change := range map[string]func(k *keys){
		"consumer": func(k *keys) { k.consumer = "other" }, "secret": func(k *keys) { k.consumerSecret = "guess" },
		"token": func(k *keys) { k.token = "other" }, "token secret": func(k *keys) { k.tokenSecret = "guess" },
	} {
		k := testKeys
		change(&k)
		ours, theirs := net.Pipe()
		defer ours.Close()
		defer theirs.Close()
		if err := forward(t.Context(), theirs, k, server.URL+"/stream", "go"); err == nil || !strings.Contains(err.Error(), "401") {
			t.Errorf("a wrong %s gives %v", name, err)
		}
	}
	answer, err := http.Post(server.URL, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a signature: %s", answer.Status)
	}
}

// RFC 5849, 3.6: spaces, plus signs and slashes are escaped, tildes are not.
func TestEscape(t *testing.T) {
	if got := escape("Ladies + Gentlemen/~é"); got != "Ladies%20%2B%20Gentlemen%2F~%C3%A9" {
		t.Error(got)
	}
}

func TestKeysComeFromTheEnvironment(t *testing.T) {
	if _, err := keysFrom(func(string) string { return "" }); err == nil {
		t.Error("no keys are taken for keys")
	}
	if k, err := keysFrom(func(name string) string { return strings.ToLower(name) }); err != nil || k.tokenSecret != "twitter_access_secret" {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestHashtags(t *testing.T) {
	if got := strings.Join(hashtags("#Go, is (nice) # #fun! x#y"), " "); got != "#go #fun" {
		t.Error(got)
	}
}
