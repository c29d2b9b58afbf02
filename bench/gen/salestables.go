package gen

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// The values that texts are drawn from.
var (
	regions = []string{"AFRICA", "AMERICA", "ASIA", "EUROPE", "OCEANIA"}
	nations = []string{"ALGERIA", "ARGENTINA", "BRAZIL", "CANADA", "EGYPT", "ETHIOPIA", "FRANCE", "GERMANY", "INDIA",
		"INDONESIA", "FIJI", "SAMOA", "JAPAN", "TONGA", "KENYA", "MOROCCO", "AUSTRALIA", "PERU", "CHINA", "ROMANIA",
		"NEW ZEALAND", "VIETNAM", "SPAIN", "ITALY", "MEXICO"}
	regionOf   = []int32{0, 1, 1, 1, 0, 0, 3, 3, 2, 2, 4, 4, 2, 4, 0, 0, 4, 1, 2, 3, 4, 2, 3, 3, 1}
	segments   = []string{"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"}
	priorities = []string{"1-URGENT", "2-HIGH", "3-MEDIUM", "4-LOW", "5-NONE"}
	shipModes  = []string{"AIR", "REG AIR", "MAIL", "RAIL", "SHIP", "TRUCK", "FOB"}
	shipHow    = []string{"COLLECT", "BACK", "IN PERSON", "NONE"}
	sizes      = []string{"SM", "MED", "LG", "JUMBO", "WRAP"}
	boxes      = []string{"CASE", "BOX", "BAG", "JAR", "PACK", "PKG", "CAN", "DRUM"}
	kinds      = []string{"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"}
	finishes   = []string{"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"}
	metals     = []string{"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"}
	colours    = []string{"amber", "aqua", "beige", "black", "blue", "bronze", "brown", "carmine", "cherry", "clay", "coral",
		"cream", "crimson", "cyan", "ebony", "emerald", "fawn", "flax", "forest", "gold", "green", "grey", "indigo", "ivory",
		"jade", "khaki", "lavender", "lemon", "lilac", "lime", "linen", "magenta", "maroon", "mint", "mocha", "navy", "ochre",
		"olive", "orange", "orchid", "peach", "pearl", "pink", "plum", "purple", "red", "rose", "ruby", "rust", "saffron",
		"salmon", "sand", "scarlet", "sepia", "silver", "slate", "snow", "tan", "teal", "topaz", "umber", "violet", "white",
		"yellow"}
	tradeWords = []string{"about", "above", "accounts", "across", "after", "again", "always", "among", "bold", "bundles",
		"careful", "checks", "close", "crates", "daily", "deposits", "early", "even", "express", "final", "fluffy", "furious",
		"goods", "heavy", "ideas", "ironic", "lately", "loads", "merry", "never", "notes", "nearby", "orders", "packets",
		"pending", "plain", "quick", "quiet", "rapid", "regular", "requests", "returns", "sacks", "silent", "slow", "special",
		"stores", "sure", "theories", "under", "unusual", "waits", "warm", "weekly"}
)

func money(name string) types.Field {
	return types.Field{Name: name, Type: types.DecimalOf(12, 2), Nullable: true}
}

// salesColumns are the columns of a table and what fills record n into row i.
func salesColumns(table string) (types.Schema, func(s *Sales, i int, n int64)) {
	text := func(name string) types.Field { return field(name, types.String) }
	long := func(name string) types.Field { return field(name, types.Long) }
	whole := func(name string) types.Field { return field(name, types.Int) }
	day := func(name string) types.Field { return field(name, types.Date) }
	switch table {
	case "region":
		return types.NewSchema(whole("r_regionkey"), text("r_name"), text("r_comment")), (*Sales).region
	case "nation":
		return types.NewSchema(whole("n_nationkey"), text("n_name"), whole("n_regionkey"), text("n_comment")), (*Sales).nation
	case "supplier":
		return types.NewSchema(long("s_suppkey"), text("s_name"), text("s_address"), whole("s_nationkey"), text("s_phone"),
			money("s_acctbal"), text("s_comment")), (*Sales).supplier
	case "customer":
		return types.NewSchema(long("c_custkey"), text("c_name"), text("c_address"), whole("c_nationkey"), text("c_phone"),
			money("c_acctbal"), text("c_mktsegment"), text("c_comment")), (*Sales).customer
	case "part":
		return types.NewSchema(long("p_partkey"), text("p_name"), text("p_mfgr"), text("p_brand"), text("p_type"),
			whole("p_size"), text("p_container"), money("p_retailprice"), text("p_comment")), (*Sales).part
	case "partsupp":
		return types.NewSchema(long("ps_partkey"), long("ps_suppkey"), whole("ps_availqty"), money("ps_supplycost"),
			text("ps_comment")), (*Sales).partSupplier
	case "orders":
		return types.NewSchema(long("o_orderkey"), long("o_custkey"), text("o_orderstatus"), money("o_totalprice"),
				day("o_orderdate"), text("o_orderpriority"), text("o_clerk"), whole("o_shippriority"), text("o_comment")),
			(*Sales).order
	default:
		return types.NewSchema(long("l_orderkey"), long("l_partkey"), long("l_suppkey"), whole("l_linenumber"),
			money("l_quantity"), money("l_extendedprice"), money("l_discount"), money("l_tax"), text("l_returnflag"),
			text("l_linestatus"), day("l_shipdate"), day("l_commitdate"), day("l_receiptdate"), text("l_shipinstruct"),
			text("l_shipmode"), text("l_comment")), (*Sales).line
	}
}

func (s *Sales) hash(n int64) uint64 { return nexmark.Draw(s.key, uint64(n)) }

func (s *Sales) region(i int, n int64) {
	s.int(0, i, int32(n))
	s.string(1, i, regions[n])
	s.words(2, i, s.hash(n), 5, 12)
}

func (s *Sales) nation(i int, n int64) {
	s.int(0, i, int32(n))
	s.string(1, i, nations[n])
	s.int(2, i, regionOf[n])
	s.words(3, i, s.hash(n), 5, 12)
}

func (s *Sales) phone(column, i int, nation int64, h uint64) {
	s.format(column, i, "%d-%03d-%03d-%04d", nation+10, h%1000, h>>10%1000, h>>20%10000)
}

func (s *Sales) supplier(i int, n int64) {
	nation := s.draw(n, 1, int64(len(nations)))
	s.long(0, i, n+1)
	s.format(1, i, "Supplier#%09d", n+1)
	s.words(2, i, s.hash(n), 2, 4)
	s.int(3, i, int32(nation))
	s.phone(4, i, nation, s.hash(n))
	s.money(5, i, s.draw(n, 2, 1_100_000)-100_000)
	s.words(6, i, s.hash(-n-1), 6, 12)
}

func (s *Sales) customer(i int, n int64) {
	nation := s.draw(n, 1, int64(len(nations)))
	s.long(0, i, n+1)
	s.format(1, i, "Customer#%09d", n+1)
	s.words(2, i, s.hash(n), 2, 4)
	s.int(3, i, int32(nation))
	s.phone(4, i, nation, s.hash(n))
	s.money(5, i, s.draw(n, 2, 1_100_000)-100_000)
	s.string(6, i, segments[s.draw(n, 3, int64(len(segments)))])
	s.words(7, i, s.hash(-n-1), 6, 14)
}

func (s *Sales) part(i int, n int64) {
	maker := s.draw(n, 1, 5) + 1
	s.long(0, i, n+1)
	at := len(s.text)
	for k := range uint64(5) {
		if k > 0 {
			s.text = append(s.text, ' ')
		}
		s.text = append(s.text, pickWord(colours, nexmark.Draw(s.hash(n), 50+k))...)
	}
	s.string(1, i, batch.View(s.text[at:]))
	s.format(2, i, "Manufacturer#%d", maker)
	s.format(3, i, "Brand#%d%d", maker, s.draw(n, 2, 5)+1)
	s.format(4, i, "%s %s %s", kinds[s.draw(n, 3, int64(len(kinds)))], finishes[s.draw(n, 4, int64(len(finishes)))],
		metals[s.draw(n, 5, int64(len(metals)))])
	s.int(5, i, int32(s.draw(n, 6, 50)+1))
	s.format(6, i, "%s %s", sizes[s.draw(n, 7, int64(len(sizes)))], boxes[s.draw(n, 8, int64(len(boxes)))])
	s.money(7, i, retail(n+1))
	s.words(8, i, s.hash(-n-1), 1, 3)
}

func (s *Sales) partSupplier(i int, n int64) {
	part := n/suppliersEach + 1
	s.long(0, i, part)
	s.long(1, i, s.supplierOf(part, n%suppliersEach))
	s.int(2, i, int32(s.draw(n, 1, 9999)+1))
	s.money(3, i, s.draw(n, 2, 99_901)+100)
	s.words(4, i, s.hash(n), 10, 20)
}

func (s *Sales) order(i int, n int64) {
	day := s.orderDay(n)
	s.long(0, i, orderKey(n))
	customer := s.draw(n, 1, s.size.customers) + 1
	if s.size.customers > 3 && customer%3 == 0 {
		customer-- // a third of the customers orders nothing
	}
	s.long(1, i, customer)
	status := "P"
	switch {
	case day > taken:
		status = "O"
	case day+121 <= taken:
		status = "F"
	}
	s.string(2, i, status)
	s.money(3, i, s.draw(n, 2, 50_000_000)+90_000)
	s.int(4, i, day)
	s.string(5, i, priorities[s.draw(n, 3, int64(len(priorities)))])
	s.format(6, i, "Clerk#%09d", s.draw(n, 4, max(s.size.orders/1500, 1))+1)
	s.int(7, i, 0)
	s.words(8, i, s.hash(n), 4, 10)
}

func (s *Sales) line(i int, n int64) {
	order, place := lineOf(n)
	part := s.draw(n, 1, s.size.parts) + 1
	s.long(0, i, orderKey(order))
	s.long(1, i, part)
	s.long(2, i, s.supplierOf(part, s.draw(n, 2, suppliersEach)))
	s.int(3, i, place+1)
	quantity := s.draw(n, 3, 50) + 1
	s.money(4, i, quantity*100)
	s.money(5, i, quantity*retail(part))
	s.money(6, i, s.draw(n, 4, 11))
	s.money(7, i, s.draw(n, 5, 9))
	day := s.orderDay(order)
	shipped := day + int32(s.draw(n, 6, 121)) + 1
	received := shipped + int32(s.draw(n, 7, 30)) + 1
	back, status := "N", "F"
	if received <= taken {
		back = [2]string{"A", "R"}[s.draw(n, 8, 2)]
	}
	if shipped > taken {
		status = "O"
	}
	s.string(8, i, back)
	s.string(9, i, status)
	s.int(10, i, shipped)
	s.int(11, i, day+30+int32(s.draw(n, 9, 61)))
	s.int(12, i, received)
	s.string(13, i, shipHow[s.draw(n, 10, int64(len(shipHow)))])
	s.string(14, i, shipModes[s.draw(n, 11, int64(len(shipModes)))])
	s.words(15, i, s.hash(n), 2, 6)
}
