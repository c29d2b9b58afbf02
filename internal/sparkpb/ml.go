package sparkpb

import "google.golang.org/protobuf/encoding/protowire"

// MLRelation stands for rows that a model of machine learning gives.
type MLRelation struct {
	relationKind
	Transform           *MLTransform `pb:"1,oneof=ml_type"`
	Fetch               *MLFetch     `pb:"2,oneof=ml_type"`
	ModelSummaryDataset *Relation    `pb:"3"`
}

// MLTransform stands for rows sent through a model or a transformer.
type MLTransform struct {
	message
	ObjectRef   *MLObject   `pb:"1,oneof=operator"`
	Transformer *MLOperator `pb:"2,oneof=operator"`
	Input       *Relation   `pb:"3"`
	Params      *MLParams   `pb:"4"`
}

// MLFetch asks a model for an attribute, by a chain of methods.
type MLFetch struct {
	mlCommandKind
	ObjectRef *MLObject   `pb:"1"`
	Methods   []*MLMethod `pb:"2"`
}

// MLMethod is one method of the chain.
type MLMethod struct {
	message
	Method string        `pb:"1"`
	Args   []*MLArgument `pb:"2"`
}

// MLArgument is an argument of a method.
type MLArgument struct {
	message
	Param *Literal  `pb:"1,oneof=args_type"`
	Input *Relation `pb:"2,oneof=args_type"`
}

// MLCommand is a command of machine learning: its kind.
type MLCommand struct {
	commandKind
	// Kind says which one; nil where it is of none that is known here.
	Kind MLCommandKind `pb:"kind"`
}

// MLCommandKind is what an [MLCommand] may be.
type MLCommandKind interface{ isMLCommandKind() }

// mlCommandKind makes a message one of them.
type mlCommandKind struct{ message }

func (*mlCommandKind) isMLCommandKind() {}

// mlCommandKinds are all of them, by number.
var mlCommandKinds = map[protowire.Number]MLCommandKind{
	1: (*MLFit)(nil), 2: (*MLFetch)(nil), 3: (*MLDelete)(nil), 4: (*MLWrite)(nil),
	5: (*MLRead)(nil), 6: (*MLEvaluate)(nil), 7: (*MLCleanCache)(nil), 8: (*MLListCache)(nil),
	9: (*MLCreateSummary)(nil), 10: (*MLModelSize)(nil),
}

// MLFit learns a model.
type MLFit struct {
	mlCommandKind
	Estimator *MLOperator `pb:"1"`
	Params    *MLParams   `pb:"2"`
	Dataset   *Relation   `pb:"3"`
}

// MLDelete forgets models.
type MLDelete struct {
	mlCommandKind
	ObjectRefs []*MLObject `pb:"1"`
	EvictOnly  *bool       `pb:"2"`
}

// MLCleanCache forgets all models of the session.
type MLCleanCache struct{ mlCommandKind }

// MLListCache lists the models of the session.
type MLListCache struct{ mlCommandKind }

// MLWrite writes a model.
type MLWrite struct {
	mlCommandKind
	Operator        *MLOperator       `pb:"1,oneof=type"`
	ObjectRef       *MLObject         `pb:"2,oneof=type"`
	Params          *MLParams         `pb:"3"`
	Path            string            `pb:"4"`
	ShouldOverwrite *bool             `pb:"5"`
	Options         map[string]string `pb:"6"`
}

// MLRead reads a model.
type MLRead struct {
	mlCommandKind
	Operator *MLOperator `pb:"1"`
	Path     string      `pb:"2"`
}

// MLEvaluate rates a model.
type MLEvaluate struct {
	mlCommandKind
	Evaluator *MLOperator `pb:"1"`
	Params    *MLParams   `pb:"2"`
	Dataset   *Relation   `pb:"3"`
}

// MLCreateSummary makes the summary of a model.
type MLCreateSummary struct {
	mlCommandKind
	ModelRef *MLObject `pb:"1"`
	Dataset  *Relation `pb:"2"`
}

// MLModelSize asks for the size of a model.
type MLModelSize struct {
	mlCommandKind
	ModelRef *MLObject `pb:"1"`
}

// MLResult answers an MLCommand.
type MLResult struct {
	executeResult
	Param        *Literal          `pb:"1,oneof=result_type"`
	Summary      *string           `pb:"2,oneof=result_type"`
	OperatorInfo *MLOperatorResult `pb:"3,oneof=result_type"`
}

// MLOperatorResult describes an operator or a model.
type MLOperatorResult struct {
	message
	ObjectRef      *MLObject `pb:"1,oneof=type"`
	Name           *string   `pb:"2,oneof=type"`
	Uid            *string   `pb:"3"`
	Params         *MLParams `pb:"4"`
	WarningMessage *string   `pb:"5"`
}

// MLParams is the parameters of an operator.
type MLParams struct {
	message
	Params map[string]*Literal `pb:"1"`
}

// MLOperator is an estimator, transformer, evaluator or model by its class.
type MLOperator struct {
	message
	Name string         `pb:"1"`
	Uid  string         `pb:"2"`
	Type MLOperatorKind `pb:"3"`
}

// MLObject is a model that the server keeps.
type MLObject struct {
	message
	ID string `pb:"1"`
}

// MLOperatorKind is the kind of an MLOperator.
type MLOperatorKind int32

// The values of MLOperatorKind.
const (
	MLOperatorKindUnspecified MLOperatorKind = 0
	MLOperatorKindEstimator   MLOperatorKind = 1
	MLOperatorKindTransformer MLOperatorKind = 2
	MLOperatorKindEvaluator   MLOperatorKind = 3
	MLOperatorKindModel       MLOperatorKind = 4
)
