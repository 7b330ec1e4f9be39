/** Estimators and intervals: numbers in, numbers out. */
export { areIndependent, BatchMeans, type BatchMeansInterval, batchMeans } from "./batch-means.ts";
export { type Interval, mean, tCdf, tInterval, tQuantile, variance } from "./interval.ts";
export { EXACT_LIMIT, LatencyRecorder, logEdges, type PercentileEstimator } from "./latency-recorder.ts";
export { MSER5_VALUES_MIN, mser5, type Truncation } from "./mser5.ts";
export { nearestRank, percentileOfSorted } from "./quantile.ts";
export { incompleteBeta, logGamma } from "./special.ts";
export { TimeAverage } from "./time-average.ts";
