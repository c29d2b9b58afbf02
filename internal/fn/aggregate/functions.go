package aggregate

import "github.com/weirstream/weir/internal/expr"

// Functions is the theme's table.
var Functions = []*expr.Aggregate{
	count, countIf, regrCount,
	sum, trySum,
	average("avg", false), average("mean", false), average("try_avg", true),
	extreme("min", false), extreme("max", true),
	extremeBy("min_by", false), extremeBy("max_by", true),
	position("first", false), position("first_value", false), position("any_value", false),
	position("last", true), position("last_value", true),
	logical("bool_and", false), logical("every", false),
	logical("bool_or", true), logical("some", true), logical("any", true),
	bitwise("bit_and", bitAnd), bitwise("bit_or", bitOr), bitwise("bit_xor", bitXor),
	collectList, collectSet, mode,
	percentile, median, percentileApprox("percentile_approx"), percentileApprox("approx_percentile"),
	approxCountDistinct,
	moment("stddev", 2, deviationSamp), moment("stddev_samp", 2, deviationSamp), moment("std", 2, deviationSamp),
	moment("stddev_pop", 2, deviationPop),
	moment("variance", 2, varianceSamp), moment("var_samp", 2, varianceSamp), moment("var_pop", 2, variancePop),
	moment("skewness", 3, skewness), moment("kurtosis", 4, kurtosis),
	comoment("corr", correlation), comoment("covar_pop", covariancePop), comoment("covar_samp", covarianceSamp),
	comoment("regr_avgx", regrAvgX), comoment("regr_avgy", regrAvgY),
	comoment("regr_sxx", regrSXX), comoment("regr_syy", regrSYY), comoment("regr_sxy", regrSXY),
	comoment("regr_slope", regrSlope), comoment("regr_intercept", regrIntercept), comoment("regr_r2", regrR2),
}

// Add adds the theme's functions and their further names.
func Add(r *expr.Registry) {
	r.AddAggregates(Functions...)
	r.AddAggregates(orderedFunctions...)
	r.AddAggregates(topFunctions...)
	r.AddAggregates(collectUnion)
	r.Add(topEstimate)
	r.Alias("collect_list", "array_agg")
}
