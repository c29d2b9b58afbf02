package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// serveMetrics serves a handler at /metrics of a loopback address until the
// returned function is called. An empty address serves nothing. Any other host is
// refused: nothing here asks who is asking.
func serveMetrics(address string, h http.Handler, say io.Writer) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	if err := onlyLoopback(address); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", h)
	server := &http.Server{Handler: onlyLocalHosts(mux), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	fmt.Fprintf(say, "metrics on http://%s/metrics\n", l.Addr())
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err := errors.Join(server.Shutdown(ctx), <-done)
		if err != nil && !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(say, "weir: metrics:", err)
		}
	}, nil
}

// onlyLocalHosts refuses requests that name another host than this one: a page of the
// web whose name has been made to lead to this machine cannot read what is served.
func onlyLocalHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "only requests to this machine by a loopback address are answered", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// onlyLoopback refuses addresses that other machines can reach.
func onlyLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return &usageError{fmt.Sprintf("--metrics %s: %v; write it as 127.0.0.1:4040", address, err)}
	}
	ip := net.ParseIP(host)
	if host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return &usageError{fmt.Sprintf("--metrics %s: only loopback addresses such as 127.0.0.1:4040 are served, "+
		"since anyone who can reach the address could read", address)}
}
