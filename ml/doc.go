// Package ml has models that learn from a stream, batch by batch: linear and logistic
// regression by gradient descent, and k-means that forgets.
//
//	labelled rows ──▶ Train, once a batch ──▶ model ◀── Predict, for every row
//	                                            │
//	                  the next batch goes on ◀──┘
//
// A model is trained where an output runs, and asked where rows are mapped:
//
//	model, err := ml.NewLinear([]float64{0, 0}, ml.Descent{})
//	dstream.ForeachRDD(training,
//		func(ctx context.Context, r *rdd.RDD[ml.Point], _ dstream.Time) error {
//			return model.Train(ctx, r)
//		})
//	dstream.Print(dstream.MapValues(asked, model.Predict), 10)
//
// Predictions are those of the model as it is when the row is mapped: a batch that is
// trained by an output before the one that prints is in it. A model that was trained
// elsewhere is made from its weights or centers, and scores in the same way. Batches
// without rows change nothing. Models are not part of a checkpoint: save their weights
// with the batches, and make them from those.
//
// The test of two groups that Spark has beside these, StreamingTest, keeps its state in a
// stream and is found in package dstream.
//
// Features: D141, D141b, D142.
package ml
