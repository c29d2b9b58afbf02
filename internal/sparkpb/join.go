package sparkpb

// Relations of two inputs.

// Join is a join.
type Join struct {
	relationKind
	Left          *Relation   `pb:"1"`
	Right         *Relation   `pb:"2"`
	JoinCondition *Expression `pb:"3"`
	JoinType      JoinKind    `pb:"4"`
	UsingColumns  []string    `pb:"5"`
	JoinDataType  *JoinSides  `pb:"6"`
}

// JoinSides says which sides of a typed join are structs.
type JoinSides struct {
	message
	IsLeftStruct  bool `pb:"1"`
	IsRightStruct bool `pb:"2"`
}

// SetOperation is UNION, INTERSECT or EXCEPT.
type SetOperation struct {
	relationKind
	LeftInput           *Relation `pb:"1"`
	RightInput          *Relation `pb:"2"`
	SetOperationType    SetKind   `pb:"3"`
	IsAll               *bool     `pb:"4"`
	ByName              *bool     `pb:"5"`
	AllowMissingColumns *bool     `pb:"6"`
}

// AsOfJoin is a join with the nearest row of the other side.
type AsOfJoin struct {
	relationKind
	Left              *Relation   `pb:"1"`
	Right             *Relation   `pb:"2"`
	LeftAsOf          *Expression `pb:"3"`
	RightAsOf         *Expression `pb:"4"`
	JoinExpr          *Expression `pb:"5"`
	UsingColumns      []string    `pb:"6"`
	JoinType          string      `pb:"7"`
	Tolerance         *Expression `pb:"8"`
	AllowExactMatches bool        `pb:"9"`
	Direction         string      `pb:"10"`
}

// LateralJoin is a join whose right side reads columns of the left.
type LateralJoin struct {
	relationKind
	Left          *Relation   `pb:"1"`
	Right         *Relation   `pb:"2"`
	JoinCondition *Expression `pb:"3"`
	JoinType      JoinKind    `pb:"4"`
}

// NearestByJoin is a join with the best rows of the other side, by a ranking.
type NearestByJoin struct {
	relationKind
	Left              *Relation   `pb:"1"`
	Right             *Relation   `pb:"2"`
	RankingExpression *Expression `pb:"3"`
	NumResults        int32       `pb:"4"`
	JoinType          string      `pb:"5"`
	Mode              string      `pb:"6"`
	Direction         string      `pb:"7"`
}

// Zip is two relations side by side.
type Zip struct {
	relationKind
	Left  *Relation `pb:"1"`
	Right *Relation `pb:"2"`
}

// JoinKind is the kind of a join.
type JoinKind int32

// The values of JoinKind.
const (
	JoinKindUnspecified JoinKind = 0
	JoinKindInner       JoinKind = 1
	JoinKindFullOuter   JoinKind = 2
	JoinKindLeftOuter   JoinKind = 3
	JoinKindRightOuter  JoinKind = 4
	JoinKindLeftAnti    JoinKind = 5
	JoinKindLeftSemi    JoinKind = 6
	JoinKindCross       JoinKind = 7
)

// SetKind is the kind of a set operation.
type SetKind int32

// The values of SetKind.
const (
	SetKindUnspecified SetKind = 0
	SetKindIntersect   SetKind = 1
	SetKindUnion       SetKind = 2
	SetKindExcept      SetKind = 3
)
