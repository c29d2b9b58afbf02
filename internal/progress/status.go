package progress

// Status is what a query is doing at this moment (S90).
type Status struct {
	// Message is a sentence for people; the usual ones stand below.
	Message string

	// DataAvailable says that there is something to read.
	DataAvailable bool

	// TriggerActive says that a trigger has fired and is not done. It is always
	// true where batches follow one another at once, also while waiting for
	// data.
	TriggerActive bool
}

// The messages of a status, as Spark words them. [GettingOffsets] and
// [TerminatedWith] go before a name and an error.
const (
	Initializing   = "Initializing sources"
	GettingOffsets = "Getting offsets from "
	ProcessingData = "Processing new data"
	CleaningState  = "No new data but cleaning up state"
	WaitingForData = "Waiting for data to arrive"
	WaitingForTick = "Waiting for next trigger"
	StoppedMessage = "Stopped"
	TerminatedWith = "Terminated with exception: "
)

// MarshalJSON writes the status as Spark's StreamingQueryStatus.json does.
func (s Status) MarshalJSON() ([]byte, error) {
	var w writer
	w.open('{')
	w.text("message", s.Message)
	w.bool("isDataAvailable", s.DataAvailable)
	w.bool("isTriggerActive", s.TriggerActive)
	w.close('}')
	return w.buf.Bytes(), nil
}
