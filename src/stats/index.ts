/** Estimators and intervals: numbers in, numbers out. See docs/statistics.md. */
export { areIndependent, BatchMeans, type BatchMeansInterval, batchMeans } from "./batch-means.ts";
export { bisect } from "./bisect.ts";
export { type BootstrapInterval, type BootstrapOptions, bootstrapInterval } from "./bootstrap.ts";
export { cholesky, solveCholesky, solveLower } from "./cholesky.ts";
export { type Control, type ControlledInterval, controlledInterval } from "./control-variates.ts";
export { CountedRecorder } from "./counted-recorder.ts";
export {
  Cusum,
  type CusumDesign,
  type CusumSpec,
  cusumRunLength,
  cusumThreshold,
  type Drift,
  siegmundRunLength,
  upperRunLength,
} from "./cusum.ts";
export { chiSquareTest, equalChanceCounts, type FitTest, kolmogorovTail, ksTest, ksTwoSampleTest, twoSamplePValue } from "./goodness.ts";
export { lowerGamma, upperGamma } from "./incomplete-gamma.ts";
export { type Interval, mean, tCdf, tInterval, tQuantile, variance } from "./interval.ts";
export { KsDrift, type KsDriftSpec } from "./ks-drift.ts";
export { EXACT_LIMIT, LatencyRecorder, logEdges, type PercentileEstimator } from "./latency-recorder.ts";
export { binomialAtLeast, chiSquareQuantile, chiSquareTail, gammaQuantile, normalCdf, normalQuantile } from "./laws.ts";
export { type BucketCounts, middleOf } from "./log-histogram.ts";
export { distanceTail, MahalanobisDetector, type MahalanobisSpec } from "./mahalanobis.ts";
export { MSER5_VALUES_MIN, mser5, type Truncation } from "./mser5.ts";
export { PageHinkley, type PageHinkleySpec } from "./page-hinkley.ts";
export { differences, type Pair, pairedInterval, pairUp, relativeDifference, tTestP } from "./paired.ts";
export {
  type ContinueReason,
  intervalStep,
  type Precision,
  replicationStep,
  type SeriesTarget,
  type StoppingStep,
  seriesStep,
} from "./precision.ts";
export { nearestRank, percentileOfSorted } from "./quantile.ts";
export {
  type CountedValues,
  counted,
  type QuantileInterval,
  quantileInterval,
  quantileRanks,
  type RankInterval,
  replicatedQuantileInterval,
} from "./quantile-interval.ts";
export { type Comparison, type HolmStep, holm, type PolicyValues, type Ranking, rankPolicies } from "./rank.ts";
export { spearman } from "./spearman.ts";
export { incompleteBeta, logGamma } from "./special.ts";
export { TimeAverage } from "./time-average.ts";
export { atMost, type Bounds, equivalent, nonInferior, type Verdict } from "./verdict.ts";
