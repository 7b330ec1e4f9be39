/** Coarse latency counts for pictures: 16 bins an octave from a microsecond to twelve days. Metrics do not use them. */

const BINS_PER_OCTAVE = 16;
const LOWEST_EXPONENT = -20;
const OCTAVES = 40;
const BIN_COUNT = BINS_PER_OCTAVE * OCTAVES;
const EXPONENT_BIAS = 1023;
const FIRST = (LOWEST_EXPONENT + EXPONENT_BIAS) * BINS_PER_OCTAVE;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0; // little-endian or not

export class LatencyBins {
  readonly counts = new Uint32Array(BIN_COUNT);
  n = 0;
  sumS = 0;
  maxS = 0;

  add(latencyS: number, count = 1): void {
    double[0] = latencyS;
    const bin = ((words[HIGH] as number) >>> 16) - FIRST; // exponent and the top four mantissa bits
    const clamped = bin < 0 ? 0 : bin >= BIN_COUNT ? BIN_COUNT - 1 : bin;
    this.counts[clamped] = (this.counts[clamped] as number) + count;
    this.n += count;
    this.sumS += latencyS * count;
    if (latencyS > this.maxS) this.maxS = latencyS;
  }

  /** The middle of the bin that holds the nearest-rank percentile, at most 1/32 off and never above the largest sample; NaN without samples. */
  percentile(p: number): number {
    let left = Math.ceil(p * this.n);
    if (left === 0) return Number.NaN;
    let bin = -1;
    while (left > 0) left -= this.counts[++bin] as number;
    return Math.min(this.maxS, (edgeS(bin) + edgeS(bin + 1)) / 2);
  }
}

/** Lower edge of a bin, seconds. */
export function edgeS(bin: number): number {
  const octave = Math.floor(bin / BINS_PER_OCTAVE);
  words[HIGH] = ((octave + LOWEST_EXPONENT + EXPONENT_BIAS) << 20) | ((bin - octave * BINS_PER_OCTAVE) << 16);
  words[1 - HIGH] = 0;
  return double[0] as number;
}

/** One histogram over many: bins from the first to the last that holds anything, `merge` neighbours to one. */
export function histogramOf(all: readonly LatencyBins[], merge = 4): { edgesS: Float64Array; counts: Float64Array } {
  const totals = new Float64Array(BIN_COUNT);
  for (const { counts } of all) for (let bin = 0; bin < BIN_COUNT; bin++) totals[bin] = (totals[bin] as number) + (counts[bin] as number);
  const first = totals.findIndex((count) => count > 0);
  if (first < 0) return { edgesS: new Float64Array(), counts: new Float64Array() };
  const last = totals.findLastIndex((count) => count > 0);
  const from = Math.floor(first / merge);
  const to = Math.floor(last / merge);
  const counts = new Float64Array(to - from + 1);
  for (let bin = first; bin <= last; bin++) {
    const at = Math.floor(bin / merge) - from;
    counts[at] = (counts[at] as number) + (totals[bin] as number);
  }
  return { edgesS: Float64Array.from({ length: counts.length + 1 }, (_, i) => edgeS((from + i) * merge)), counts };
}
