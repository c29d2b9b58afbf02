package sparkpb

// UserFunction is a function of the user's, sent along.
type UserFunction struct {
	expressionKind
	FunctionName   string          `pb:"1"`
	Deterministic  bool            `pb:"2"`
	Arguments      []*Expression   `pb:"3"`
	PythonUDF      *PythonUDF      `pb:"4,oneof=function"`
	ScalarScalaUDF *ScalarScalaUDF `pb:"5,oneof=function"`
	JavaUDF        *JavaUDF        `pb:"6,oneof=function"`
	IsDistinct     bool            `pb:"7"`
}

// PythonUDF is a function in Python.
type PythonUDF struct {
	message
	OutputType         *DataType `pb:"1"`
	EvalType           int32     `pb:"2"`
	Command            []byte    `pb:"3"`
	PythonVersion      string    `pb:"4"`
	AdditionalIncludes []string  `pb:"5"`
}

// ScalarScalaUDF is a function in Scala.
type ScalarScalaUDF struct {
	message
	Payload    []byte      `pb:"1"`
	InputTypes []*DataType `pb:"2"`
	OutputType *DataType   `pb:"3"`
	Nullable   bool        `pb:"4"`
	Aggregate  bool        `pb:"5"`
}

// JavaUDF is a function of a Java class.
type JavaUDF struct {
	message
	ClassName  string    `pb:"1"`
	OutputType *DataType `pb:"2"`
	Aggregate  bool      `pb:"3"`
}

// TypedAggregate is an aggregator in Scala.
type TypedAggregate struct {
	expressionKind
	ScalarScalaUDF *ScalarScalaUDF `pb:"1"`
}

// MapPartitions stands for rows through a function that takes whole partitions.
type MapPartitions struct {
	relationKind
	Input     *Relation     `pb:"1"`
	Function  *UserFunction `pb:"2"`
	IsBarrier *bool         `pb:"3"`
	ProfileID *int32        `pb:"4"`
}

// GroupMap stands for rows through a function that takes groups.
type GroupMap struct {
	relationKind
	Input                      *Relation           `pb:"1"`
	GroupingExpressions        []*Expression       `pb:"2"`
	Function                   *UserFunction       `pb:"3"`
	SortingExpressions         []*Expression       `pb:"4"`
	InitialInput               *Relation           `pb:"5"`
	InitialGroupingExpressions []*Expression       `pb:"6"`
	IsMapGroupsWithState       *bool               `pb:"7"`
	OutputMode                 *string             `pb:"8"`
	TimeoutConf                *string             `pb:"9"`
	StateSchema                *DataType           `pb:"10"`
	TransformWithStateInfo     *TransformWithState `pb:"11"`
}

// TransformWithState is what transformWithState needs beside a GroupMap.
type TransformWithState struct {
	message
	TimeMode            string    `pb:"1"`
	EventTimeColumnName *string   `pb:"2"`
	OutputSchema        *DataType `pb:"3"`
}

// CoGroupMap stands for rows of two relations through a function that takes their groups.
type CoGroupMap struct {
	relationKind
	Input                    *Relation     `pb:"1"`
	InputGroupingExpressions []*Expression `pb:"2"`
	Other                    *Relation     `pb:"3"`
	OtherGroupingExpressions []*Expression `pb:"4"`
	Function                 *UserFunction `pb:"5"`
	InputSortingExpressions  []*Expression `pb:"6"`
	OtherSortingExpressions  []*Expression `pb:"7"`
}

// ApplyInPandasWithState stands for groups of a stream through a Python function with state.
type ApplyInPandasWithState struct {
	relationKind
	Input               *Relation     `pb:"1"`
	GroupingExpressions []*Expression `pb:"2"`
	Function            *UserFunction `pb:"3"`
	OutputSchema        string        `pb:"4"`
	StateSchema         string        `pb:"5"`
	OutputMode          string        `pb:"6"`
	TimeoutConf         string        `pb:"7"`
}

// UserTableFunction is a function of the user's that gives rows.
type UserTableFunction struct {
	relationKind
	FunctionName  string        `pb:"1"`
	Deterministic bool          `pb:"2"`
	Arguments     []*Expression `pb:"3"`
	PythonUDTF    *PythonUDTF   `pb:"4,oneof=function"`
}

// PythonUDTF is a table function in Python.
type PythonUDTF struct {
	message
	ReturnType    *DataType `pb:"1"`
	EvalType      int32     `pb:"2"`
	Command       []byte    `pb:"3"`
	PythonVersion string    `pb:"4"`
}

// UserDataSource is a data source of the user's.
type UserDataSource struct {
	relationKind
	Name             string            `pb:"1"`
	PythonDataSource *PythonDataSource `pb:"2,oneof=data_source"`
}

// PythonDataSource is a data source in Python.
type PythonDataSource struct {
	message
	Command       []byte `pb:"1"`
	PythonVersion string `pb:"2"`
}
