// Package nexmark reads the events of a seeded online auction, as a stream that
// can be replayed from any offset or as a table (Nexmark; the facts stand in
// internal/nexmark).
//
//	Latest: min(events, pace, maxEventsPerTrigger) ─▶ offset = number of events
//	Plan:   (from, to] cut at every 65,200th event  ─▶ splits, the same every time
//	Open:   only the wanted columns are made; a test of event_type becomes a selection
//
// With events the stream ends there, without it goes on for ever at the nominal
// rate of its event time. Nothing is stored: a restart makes the same events.
package nexmark
