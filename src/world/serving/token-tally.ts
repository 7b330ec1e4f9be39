/** What is measured of the tokens of answered requests. */
import { LatencyRecorder } from "../../stats/index.ts";
import type { Sequence } from "./sequence.ts";

export class TokenTally {
  tokens = 0;
  /** Time to the first token, and per token from then on: one sample a request whose tokens come one by one. */
  readonly ttftS = new LatencyRecorder();
  readonly tpotS = new LatencyRecorder();
  /** Gaps between tokens: how many, their sum, and the longest. */
  gaps = 0;
  gapsS = 0;
  longestGapS = 0;

  add(sequence: Sequence): void {
    const { request, outputTokens, meanGapS } = sequence;
    this.tokens += outputTokens;
    if (Number.isNaN(request.firstTokenS)) return;
    this.ttftS.add(request.firstTokenS - request.arrivalS);
    if (Number.isNaN(meanGapS)) return;
    this.tpotS.add(meanGapS);
    this.gaps += outputTokens - 1;
    this.gapsS += sequence.lastS - request.firstTokenS;
    this.longestGapS = Math.max(this.longestGapS, sequence.longestGapS);
  }

  /** Takes in all of `other`. */
  merge(other: TokenTally): void {
    this.tokens += other.tokens;
    this.ttftS.merge(other.ttftS);
    this.tpotS.merge(other.tpotS);
    this.gaps += other.gaps;
    this.gapsS += other.gapsS;
    this.longestGapS = Math.max(this.longestGapS, other.longestGapS);
  }
}
