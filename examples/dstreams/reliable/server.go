package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// serve is a server to try the job with: it sends parcels of ten lines, twenty a second,
// each until it is acknowledged, and prints now and then how many lines were. Kill the job
// and start it again: the lines that it counts once are those that were acknowledged, and
// at most one parcel more.
func serve(ctx context.Context, addr string, parcels int64, out io.Writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	number := int64(1)
	for number <= parcels {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		number = deliver(ctx, conn, number, parcels, out)
		stop()
		conn.Close()
	}
	return l.Close()
}

// parcelLines is how many lines a parcel has, parcelGap the time between two.
const (
	parcelLines = 10
	parcelGap   = 50 * time.Millisecond
)

// deliver sends parcels from a number on until the client is gone, and returns the first
// that was not acknowledged.
func deliver(ctx context.Context, conn net.Conn, number, parcels int64, out io.Writer) int64 {
	fmt.Fprintf(out, "a job came; it is sent parcels from %d on\n", number)
	gap := time.NewTicker(parcelGap)
	defer gap.Stop()
	answers := bufio.NewReader(conn)
	for ; number <= parcels; number++ {
		var b strings.Builder
		fmt.Fprintf(&b, "PARCEL %d %d\n", number, parcelLines)
		for i := range int64(parcelLines) {
			line := (number-1)*parcelLines + i + 1
			fmt.Fprintf(&b, "%d word%d\n", line, line%3)
		}
		if _, err := conn.Write([]byte(b.String())); err != nil {
			break
		}
		if answer, err := answers.ReadString('\n'); err != nil || answer != fmt.Sprintf("ACK %d\n", number) {
			break
		}
		if number%100 == 0 || number == parcels {
			fmt.Fprintf(out, "%d lines were acknowledged\n", number*parcelLines)
		}
		select {
		case <-gap.C:
		case <-ctx.Done():
			return number + 1
		}
	}
	return number
}
