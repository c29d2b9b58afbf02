package sql

// The keywords of clauses. None is reserved: a word of these lists is a name
// wherever what follows it makes no sense behind the keyword.

// clauseWords begin what can follow an expression or a relation; so they are no
// names without AS.
var clauseWords = []string{"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "LIMIT",
	"OFFSET", "UNION", "EXCEPT", "INTERSECT", "MINUS", "LATERAL", "WINDOW", "QUALIFY", "JOIN", "INNER", "LEFT", "RIGHT",
	"FULL", "CROSS", "NATURAL", "SEMI", "ANTI", "ON", "USING", "TABLESAMPLE", "PIVOT", "UNPIVOT", "SELECT"}

// operandWords cannot begin an expression unless punctuation shows that they are
// names.
var operandWords = []string{"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT",
	"SELECT", "WHEN", "THEN", "ELSE", "AND", "OR", "AS", "ON", "JOIN", "IN", "IS", "BETWEEN", "LIKE", "BY"}

// statementWords begin statements.
var statementWords = []string{"SELECT", "WITH", "FROM", "VALUES", "TABLE", "CREATE", "INSERT", "SET", "RESET", "DROP",
	"EXPLAIN", "SHOW", "DESCRIBE", "DESC", "USE", "CACHE", "UNCACHE", "REFRESH", "DECLARE", "EXECUTE", "ALTER", "TRUNCATE",
	"COMMENT", "MSCK"}

// otherStatements are those of Spark that weir does not have.
var otherStatements = []string{"ANALYZE", "CALL", "CLEAR", "COMMENT", "DELETE",
	"GRANT", "LIST", "LOAD", "MERGE", "OPTIMIZE", "REVOKE", "TRUNCATE", "UPDATE",
	"ADD", "REPLACE"}

// endsItem reports whether a list ends or goes on at a token, so that a keyword
// before it is a name after all.
func (p *parser) endsItem(next *token) bool {
	return next.kind == endToken || next.isSymbol(",") || next.isSymbol(")") || next.isSymbol(";")
}

// atAlias reports whether a name without AS stands here. An item of a select list
// may end before FROM, a relation may not.
func (p *parser) atAlias(item bool) bool {
	t := p.token()
	if t.kind != wordToken {
		return t.kind == quotedToken
	}
	operand := t.isAny(operandWords)
	if !operand && !t.isAny(clauseWords) {
		return item || !p.atRelationClause()
	}
	next := p.ahead(1)
	if operand && (next.kind == endToken || next.isSymbol(";")) {
		return false // more likely the text was left unfinished
	}
	return !t.is("FROM") && (p.endsItem(next) || item && next.is("FROM"))
}

// atRelationClause reports whether the word begins a clause that only a relation
// has.
func (p *parser) atRelationClause() bool {
	next := p.ahead(1)
	switch t := p.token(); {
	case t.is("WATERMARK"):
		return next.isName() && !next.isAny(clauseWords) || next.isSymbol("(")
	case t.is("WITH"):
		return next.isSymbol("(")
	case t.is("AS"), t.is("SET"):
		return true
	}
	return false
}
