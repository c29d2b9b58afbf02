package main

import (
	"bufio"
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// replay answers as the public streaming endpoint does: it checks the signature and then
// sends the tweets of a file, one a line, and now and then an empty line to say that it
// is there.
type replay struct {
	keys  keys
	file  string
	every time.Duration // between tweets
}

// ServeHTTP checks and sends.
func (s *replay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := verify(r, s.keys, time.Now()); err != nil {
		http.Error(w, "Unauthorized: "+err.Error(), http.StatusUnauthorized)
		return
	}
	f, err := os.Open(s.file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/json")
	flush := http.NewResponseController(w)
	tweets := bufio.NewScanner(f)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for tweets.Scan() {
		select {
		case <-r.Context().Done():
			return
		case <-timer.C:
		}
		if _, err := fmt.Fprintf(w, "%s\r\n", tweets.Bytes()); err != nil {
			return
		}
		if err := flush.Flush(); err != nil {
			return
		}
		timer.Reset(s.every)
	}
	<-r.Context().Done() // the stream has no end
}

// verify checks an OAuth 1.0a signature (RFC 5849) by HMAC-SHA1.
func verify(r *http.Request, k keys, now time.Time) error {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "OAuth ")
	if !ok {
		return fmt.Errorf("no OAuth header")
	}
	given := make(map[string]string)
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		decoded, err := url.PathUnescape(strings.Trim(value, `"`))
		if err != nil {
			return err
		}
		given[name] = decoded
	}
	seconds, err := strconv.ParseInt(given["oauth_timestamp"], 10, 64)
	if age := now.Sub(time.Unix(seconds, 0)); err != nil || age.Abs() > 5*time.Minute {
		return fmt.Errorf("the timestamp is %q", given["oauth_timestamp"])
	}
	if given["oauth_consumer_key"] != k.consumer || given["oauth_token"] != k.token || given["oauth_signature_method"] != "HMAC-SHA1" {
		return fmt.Errorf("unknown key, token or method")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	want := sign(r, given, k)
	got, err := base64.StdEncoding.DecodeString(given["oauth_signature"])
	if err != nil || subtle.ConstantTimeCompare(got, want) != 1 {
		return fmt.Errorf("the signature is wrong")
	}
	return nil
}

// sign is the signature of a request with the parameters of its OAuth header.
func sign(r *http.Request, given map[string]string, k keys) []byte {
	type parameter struct{ name, value string }
	var all []parameter
	for name, value := range given {
		if name != "oauth_signature" && name != "realm" {
			all = append(all, parameter{escape(name), escape(value)})
		}
	}
	for name, values := range r.Form {
		for _, v := range values {
			all = append(all, parameter{escape(name), escape(v)})
		}
	}
	slices.SortFunc(all, func(a, b parameter) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	pairs := make([]string, len(all))
	for i, p := range all {
		pairs[i] = p.name + "=" + p.value
	}
	base := strings.Join([]string{r.Method, escape("http://" + r.Host + r.URL.Path), escape(strings.Join(pairs, "&"))}, "&")
	mac := hmac.New(sha1.New, []byte(escape(k.consumerSecret)+"&"+escape(k.tokenSecret)))
	mac.Write([]byte(base))
	return mac.Sum(nil)
}

// escape is the percent encoding of RFC 3986, which leaves only unreserved characters.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
