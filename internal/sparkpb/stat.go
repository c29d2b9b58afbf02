package sparkpb

// Relations that rate columns, and those that mend missing values.

// StratumFraction is the part of one stratum.
type StratumFraction struct {
	message
	Stratum  *Literal `pb:"1"`
	Fraction float64  `pb:"2"`
}

// Replacement is a value and what takes its place.
type Replacement struct {
	message
	OldValue *Literal `pb:"1"`
	NewValue *Literal `pb:"2"`
}

// StatSummary stands for statistics of columns, those that are named.
type StatSummary struct {
	relationKind
	Input      *Relation `pb:"1"`
	Statistics []string  `pb:"2"`
}

// StatDescribe stands for statistics of columns.
type StatDescribe struct {
	relationKind
	Input   *Relation `pb:"1"`
	Columns []string  `pb:"2"`
}

// StatCrosstab is how often pairs of values occur.
type StatCrosstab struct {
	relationKind
	Input *Relation `pb:"1"`
	Col1  string    `pb:"2"`
	Col2  string    `pb:"3"`
}

// StatCov is the covariance of two columns.
type StatCov struct {
	relationKind
	Input *Relation `pb:"1"`
	Col1  string    `pb:"2"`
	Col2  string    `pb:"3"`
}

// StatCorr is the correlation of two columns.
type StatCorr struct {
	relationKind
	Input  *Relation `pb:"1"`
	Col1   string    `pb:"2"`
	Col2   string    `pb:"3"`
	Method *string   `pb:"4"`
}

// StatApproxQuantile stands for quantiles, approximately.
type StatApproxQuantile struct {
	relationKind
	Input         *Relation `pb:"1"`
	Columns       []string  `pb:"2"`
	Probabilities []float64 `pb:"3"`
	RelativeError float64   `pb:"4"`
}

// StatFreqItems stands for values that occur often.
type StatFreqItems struct {
	relationKind
	Input   *Relation `pb:"1"`
	Columns []string  `pb:"2"`
	Support *float64  `pb:"3"`
}

// StatSampleBy is a random part of each stratum.
type StatSampleBy struct {
	relationKind
	Input     *Relation          `pb:"1"`
	Column    *Expression        `pb:"2"`
	Fractions []*StratumFraction `pb:"3"`
	Seed      *int64             `pb:"5"`
}

// NAFill stands for rows with values for nulls.
type NAFill struct {
	relationKind
	Input   *Relation  `pb:"1"`
	Columns []string   `pb:"2"`
	Values  []*Literal `pb:"3"`
}

// NADrop stands for rows without nulls.
type NADrop struct {
	relationKind
	Input       *Relation `pb:"1"`
	Columns     []string  `pb:"2"`
	MinNonNulls *int32    `pb:"3"`
}

// NAReplace stands for rows with values replaced.
type NAReplace struct {
	relationKind
	Input        *Relation      `pb:"1"`
	Columns      []string       `pb:"2"`
	Replacements []*Replacement `pb:"3"`
}
